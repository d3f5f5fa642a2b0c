/** Distances on the globe, and the countries as circles, for addresses of which only the country is known. */

/** A point and how far from it the real place may lie. Degrees and kilometres. */
export interface Area {
  lat: number;
  lon: number;
  radiusKm: number;
}

const EARTH_RADIUS_KM = 6371;

/** The shortest way between two areas in kilometres, 0 when they may overlap: never more than the real distance. */
export function leastDistanceKm(a: Area, b: Area): number {
  return Math.max(0, haversineKm(a, b) - a.radiusKm - b.radiusKm);
}

/** Great-circle distance between two points in kilometres (haversine formula). */
export function haversineKm(a: Pick<Area, 'lat' | 'lon'>, b: Pick<Area, 'lat' | 'lon'>): number {
  const rad = (degrees: number) => (degrees * Math.PI) / 180;
  const half = (degrees: number) => Math.sin(rad(degrees) / 2) ** 2;
  const h = half(b.lat - a.lat) + Math.cos(rad(a.lat)) * Math.cos(rad(b.lat)) * half(b.lon - a.lon);
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** A country (ISO 3166-1 alpha-2) as a circle around its middle; undefined for one that is not in the table. */
export function countryArea(code: string): Area | undefined {
  return COUNTRIES.get(code);
}

const USUAL_RADIUS_KM = 600;

/**
 * Code, latitude and longitude of the middle, radius where it is larger than usual: whole degrees, rounded outwards.
 * Far islands with a code of their own count apart; Alaska and Hawaii lie outside of the circle of the United States.
 */
const TABLE = `
AD 42 2,AE 24 54,AF 33 66 900,AG 17 -62,AI 18 -63,AL 41 20,AM 40 45,AO -12 18 1000,AR -34 -64 2400,AS -14 -170
AT 47 13,AU -27 133 2300,AW 12 -70,AX 60 20,AZ 40 48,BA 44 18,BB 13 -60,BD 24 90,BE 51 5,BF 13 -2,BG 43 25,BH 26 50
BI -3 30,BJ 9 2,BL 18 -63,BM 32 -65,BN 4 115,BO -17 -65 1000,BQ 12 -68 1000,BR -10 -55 2900,BS 24 -76,BT 27 90
BW -22 24 700,BY 53 28,BZ 17 -89,CA 60 -95 3200,CD -3 23 1500,CF 7 21 900,CG -1 15 800,CH 47 8,CI 8 -5,CK -21 -160 1400
CL -32 -71 3000,CM 6 12 900,CN 35 105 2900,CO 4 -72 1300,CR 10 -84,CU 22 -79 700,CV 16 -24,CW 12 -69,CY 35 33,CZ 50 15
DE 51 10,DJ 11 43,DK 56 10,DM 15 -61,DO 19 -71,DZ 28 3 1600,EC -2 -78 1500,EE 59 26,EG 27 30 900,EH 24 -13 700,ER 15 39
ES 40 -4 2000,ET 8 38 1000,FI 64 26 800,FJ -18 178 700,FK -52 -59,FM 7 152 1700,FO 62 -7,FR 46 2 900,GA -1 12
GB 54 -2 800,GD 12 -62,GE 42 43,GF 4 -53,GG 49 -3,GH 8 -2,GI 36 -5,GL 72 -40 1700,GM 13 -16,GN 11 -11,GP 16 -62
GQ 2 10 700,GR 39 22 700,GT 15 -90,GU 13 145,GW 12 -15,GY 5 -59,HK 22 114,HN 15 -86,HR 45 16,HT 19 -72,HU 47 20
ID -3 118 2900,IE 53 -8,IL 31 35,IM 54 -5,IN 21 79 2100,IQ 33 44 700,IR 32 53 1400,IS 65 -18,IT 43 12 900,JE 49 -2
JM 18 -77,JO 31 36,JP 36 138 2000,KE 1 38 800,KG 41 75,KH 13 105,KI 1 -170 3700,KM -12 44,KN 17 -63,KP 40 127
KR 37 128,KW 29 48,KY 19 -81,KZ 48 68 1700,LA 18 105 700,LB 34 36,LC 14 -61,LI 47 10,LK 7 81,LR 6 -9,LS -29 28
LT 56 24,LU 50 6,LV 57 25,LY 27 17 1200,MA 32 -6 1400,MC 44 7,MD 47 29,ME 43 19,MF 18 -63,MG -20 47 1000,MH 9 168 1000
MK 42 22,ML 17 -4 1300,MM 21 96 1400,MN 46 105 1400,MO 22 114,MP 16 146 800,MQ 15 -61,MR 20 -12 1100,MS 17 -62,MT 36 14
MU -20 58 1300,MV 3 73 700,MW -13 34 700,MX 23 -102 2200,MY 3 109 1200,MZ -18 35 1400,NA -22 17 1000,NC -21 166
NE 17 8 1100,NF -29 168,NG 9 8 900,NI 13 -85,NL 52 6,NO 65 14 1400,NP 28 84 700,NR -1 167,NU -19 -170,NZ -41 174 1200
OM 21 57 900,PA 9 -80,PE -10 -76 1400,PF -17 -147 1900,PG -6 147 1000,PH 12 122 1200,PK 30 69 1200,PL 52 20
PM 47 -56,PR 18 -66,PS 32 35,PT 39 -9 2000,PW 7 134 700,PY -23 -58 700,QA 25 51,RE -21 56,RO 46 25,RS 44 21,RU 60 100 5000
RW -2 30,SA 24 45 1400,SB -9 160 1000,SC -6 54 1200,SD 15 30 1200,SE 62 15 1000,SG 1 104,SH -16 -6 2800,SI 46 15
SJ 78 18,SK 49 20,SL 8 -12,SM 44 12,SN 14 -14,SO 5 46 1200,SR 4 -56,SS 7 30 800,ST 1 7,SV 14 -89,SX 18 -63,SY 35 38
SZ -26 31,TC 22 -72,TD 15 19 1200,TG 8 1,TH 15 101 1100,TJ 39 71 700,TK -9 -172,TL -9 126,TM 39 60 900,TN 34 9,TO -20 -175
TR 39 35 1000,TT 11 -61,TV -8 178,TW 24 121,TZ -6 35 900,UA 49 32 900,UG 1 32,US 40 -99 2900,UY -33 -56,UZ 41 64 1000
VA 42 12,VC 13 -61,VE 8 -66 1000,VG 18 -64,VI 18 -65,VN 16 107 1100,VU -16 167 700,WF -13 -176,WS -14 -172,XK 43 21
YE 15 48 900,YT -13 45,ZA -29 24 2300,ZM -13 28 900,ZW -19 30`;

const COUNTRIES: ReadonlyMap<string, Area> = new Map(
  TABLE.trim()
    .split(/[,\n]/)
    .map((row) => {
      const [code, lat, lon, radiusKm] = row.split(' ');
      return [code!, { lat: Number(lat), lon: Number(lon), radiusKm: Number(radiusKm ?? USUAL_RADIUS_KM) }];
    }),
);

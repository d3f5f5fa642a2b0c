# One image for `worker`, `serve`, `intake`, `watchdog` and `migrate`: docker build -t tocsin . && docker run tocsin worker
# Nothing of a set-up is in it: settings come from the environment, files and secrets are mounted (docs/install.md).

FROM node:22-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build && npm pack --ignore-scripts --pack-destination=/tmp && mkdir /package && tar -xzf /tmp/tocsin-*.tgz -C /package --strip-components=1

# What runs: without the tools of development, and without the embedded Postgres.
FROM node:22-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM node:22-slim
ENV NODE_ENV=production TOCSIN_ENV=production TOCSIN_DATA_DIR=/var/lib/tocsin
# Temporal's client believes the certificates of the system, of which this image has none.
# Those of today, not of a version.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
RUN install -d -o node -g node -m 0700 /var/lib/tocsin
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /package ./
# By its number, so that Kubernetes can see that it is not root.
USER 1000:1000
# The server, the intake, and metrics where TOCSIN_METRICS_ADDRESS says so.
EXPOSE 8440 8420 9464
ENTRYPOINT ["node", "/app/bin/tocsin.js"]
CMD ["--help"]

/** Logs somebody in at the test's issuer as a browser does: follows redirects, keeps cookies, sends the issuer's forms. */

/** From the address that our server leads to, to the address of ours that the issuer leads back to. */
export async function logInAt(address: string, account: string): Promise<string> {
  const jar = new Map<string, string>();
  let url = address;
  let form: URLSearchParams | undefined;
  for (let steps = 0; steps < 12; steps++) {
    const answer = await fetch(url, {
      method: form ? 'POST' : 'GET',
      redirect: 'manual',
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form && { body: form }),
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)!;
      jar.set(name!, value!);
    }
    form = undefined;
    const to = answer.headers.get('location');
    if (to) {
      url = new URL(to, url).href;
      if (new URL(url).pathname === '/callback') return url;
      continue;
    }
    const page = await answer.text();
    const [, action] = /<form[^>]*action="([^"]+)"/.exec(page) ?? [];
    const [, prompt] = /name="prompt" value="([^"]+)"/.exec(page) ?? [];
    if (!action || !prompt)
      throw new Error(`the issuer asks for nothing we know: ${answer.status} ${page.slice(0, 300)}`);
    url = new URL(action, url).href;
    form = new URLSearchParams({ prompt, ...(prompt === 'login' && { login: account, password: 'any' }) });
  }
  throw new Error(`the issuer leads on and on: ${url}`);
}

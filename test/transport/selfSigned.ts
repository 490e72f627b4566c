import { execFileSync } from 'node:child_process';

/** A certificate nobody trusts, for the host `elsewhere.test`, made when first asked for. */
export const selfSigned = (): { readonly cert: string; readonly key: string } => (made ??= make());

let made: ReturnType<typeof make> | undefined;

const make = () => {
  const pem = execFileSync(
    'openssl',
    'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=elsewhere.test -keyout - -out -'.split(' '),
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const part = (name: string): string => new RegExp(`-----BEGIN ${name}-----[^-]+-----END ${name}-----\n`).exec(pem)?.[0] ?? '';
  return { cert: part('CERTIFICATE'), key: part('PRIVATE KEY') };
};

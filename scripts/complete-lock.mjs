/**
 * Run after `npm install` has changed package-lock.json. A registry that lacks some optional packages (builds for other
 * platforms) makes npm leave them out of the lock file, and then `npm ci` refuses it. This adds the missing entries:
 * exact version and platform, without the checksum that only a complete registry knows.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const LOCK = 'package-lock.json';
const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const PROCESSORS = ['arm', 'arm64', 'ia32', 'ppc64', 'riscv64', 's390x', 'x64'];

/** "@biomejs/cli-linux-x64-musl" -> os, cpu and libc as npm writes them. */
function platformOf(name) {
  const words = name.split(/[/-]/);
  const os = words.find((word) => SYSTEMS.includes(word));
  const cpu = words.find((word) => PROCESSORS.includes(word));
  if (!os || !cpu) throw new Error(`${LOCK}: ${name} is missing, and its name does not say for which platform it is`);
  const libc = { gnu: 'glibc', musl: 'musl' }[words.at(-1)];
  return { cpu: [cpu], ...(libc ? { libc: [libc] } : {}), os: [os] };
}

function missingEntries(packages) {
  return Object.entries(packages).flatMap(([path, owner]) =>
    Object.entries(owner.optionalDependencies ?? {})
      .filter(([name]) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`])
      .map(([name, version]) => [
        `node_modules/${name}`,
        { version, ...(owner.dev ? { dev: true } : {}), optional: true, ...platformOf(name) },
      ]),
  );
}

const lock = JSON.parse(readFileSync(LOCK, 'utf8'));
const missing = missingEntries(lock.packages);
const all = [...Object.entries(lock.packages), ...missing];
lock.packages = Object.fromEntries(all.sort(([a], [b]) => a.localeCompare(b, 'en')));
writeFileSync(LOCK, `${JSON.stringify(lock, null, 2)}\n`);
for (const [path, { version }] of missing) process.stdout.write(`added ${path} ${version}\n`);

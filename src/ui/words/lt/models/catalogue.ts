import type { catalogue as English } from '../../en/models/catalogue';

export const catalogue: typeof English = {
  'sd-1.5': {
    name: 'Stable Diffusion 1.5',
    what: 'Klasika: 512 pikselių, pusinis tikslumas. Mažiausias visas modelis, kuriam skirta daugiausia LoRA.',
  },
  'ssd-1b': { name: 'SSD-1B', what: 'Perpus mažesnis „Stable Diffusion XL“, 1024 pikseliai.' },
  sdxl: {
    name: 'Stable Diffusion XL',
    what: '1024 pikseliai. Reikia vaizdo plokštės su daug atminties.',
  },
  'sd-3.5-complete': {
    name: 'Stable Diffusion 3.5 Medium, visas',
    what: '1024 pikseliai, su visais teksto koduotojais: 5 GB užima T5, kuris supranta ilgas užklausas.',
  },
  'sd-3.5': {
    name: 'Stable Diffusion 3.5 Medium',
    what: 'Be teksto koduotojų: jam reikia CLIP-L ir CLIP-G, o kartu su T5 piešia geriau.',
  },
  'clip-l': {
    name: 'CLIP-L',
    what: 'Pirmasis „Stable Diffusion 3.x“ ir XL teksto koduotojas – failams, kurie jo neturi.',
  },
  'clip-g': {
    name: 'CLIP-G',
    what: 'Antrasis „Stable Diffusion 3.x“ ir XL teksto koduotojas – failams, kurie jo neturi.',
  },
  t5: {
    name: 'T5 XXL, 8 bitai',
    what: 'Trečiasis „Stable Diffusion 3.x“ teksto koduotojas; galima piešti ir be jo.',
  },
  tokenizer: {
    name: 'T5 žymių skaidytuvas (tokenizer)',
    what: 'Pasako T5, kaip skaidyti žodžius. Be jo T5 skaityti negali.',
  },
  lcm: {
    name: 'LCM LoRA modeliui Stable Diffusion 1.5',
    what: 'Priedas prie 1.5 modelio: vaizdai per 4 žingsnius su LCM atrinkėju, kai užklausos laikymasis (CFG) yra 1.',
  },
  taesd: {
    name: 'TAESD',
    what: 'Mažytis 1.x ir 2.x modelių dekoderis: rodo vaizdus, kol jie piešiami.',
  },
  canny: {
    name: 'ControlNet kontūrams (Canny)',
    what: '„Stable Diffusion 1.x“ piešia pagal vaizdo kontūrus. Šalia yra ir kitų tokių.',
  },
  depth: {
    name: 'Depth Anything V2 Small',
    what: 'Mato, kas vaizde arti, o kas toli: ruošia užuominas gylio ControlNet modeliams.',
  },
  lines: {
    name: 'Informative drawings',
    what: 'Iš nuotraukų daro linijų piešinius: užuominas linijų ControlNet modeliams.',
  },
  'ip-adapter': {
    name: 'IP-Adapter',
    what: '„Stable Diffusion 1.x“ piešia tai, ką rodo kitas vaizdas. Reikia žemiau esančio vaizdų koduotojo.',
  },
  'image-encoder': {
    name: 'Vaizdų koduotojas, skirtas IP-Adapter',
    what: 'CLIP ViT-H, kuriuo vaizdus skaito „Stable Diffusion 1.x“ ir dauguma XL skirtų IP-Adapter.',
  },
  esrgan: { name: 'Real-ESRGAN x4plus', what: 'Padidina vaizdus keturis kartus.' },
};

import type { Kind, Stranger } from '../../../../nets/strangers/stranger';
import type { strangers as English } from '../../en/models/strangers';

/** A name, what it is for where that is not another kind of model, and what to do where that is not the usual. */
type Words = readonly [name: string, purpose?: string, instead?: string];

const CHECKPOINT = 'Importuokite Stable Diffusion 1.x, 2.x, XL arba 3.x modelio failą.';
const PROMPT =
  'Importuokite modelį, kuris piešia pagal užklausą: Stable Diffusion 1.x, 2.x, XL arba 3.x modelio failą.';
const STEER =
  'Norėdami pradėti nuo savo vaizdo, rinkitės „Iš vaizdo“ arba „Įpiešti“ su Stable Diffusion 1.x, 2.x, XL arba 3.x modeliu.';
const GUIDE = 'Ieškokite ControlNet arba T2I-Adapter, skirto Stable Diffusion 1.x, 2.x arba XL.';
const VAE = 'Importuokite VAE, skirtą Stable Diffusion 1.x, 2.x, XL arba 3.x.';
const TAESD = 'Importuokite Stable Diffusion dekoderį: taesd_decoder arba taesdxl_decoder.';
const UPSCALER = 'Importuokite senesnės rūšies didintuvą: ESRGAN, Real-ESRGAN, BSRGAN, SPSR arba Compact.';
const ENLARGES = 'naujesnės rūšies didintuvas';
const PART = `Kitų modelių dalis čia nenaudinga. ${CHECKPOINT}`;
const FILM = 'kuriantis filmus';

const kinds: Record<Kind, Words> = {
  // Built on the UNet of Stable Diffusion.
  'sdxl-refiner': [
    'Stable Diffusion XL tobulintojas (refiner)',
    'kuris tik tęsia tai, ką pradėjo pagrindinis modelis',
    'Importuokite pagrindinį modelį sd_xl_base arba iš jo sukurtą modelį.',
  ],
  svd: ['Stable Video Diffusion', FILM],
  'text-to-video': ['ModelScope modelis filmams pagal tekstą', ''],
  animatediff: ['AnimateDiff', 'dėl kurio filmus kuria kitas modelis'],
  hotshot: ['Hotshot-XL', 'dėl kurio filmus kuria kitas modelis'],
  gligen: ['GLIGEN', 'piešiantis daiktus nurodytuose rėmeliuose'],
  brushnet: [
    'BrushNet',
    'kartu su kitu modeliu užpildantis skyles vaizduose',
    'Tam naudokite „inpainting“ modelį.',
  ],
  mvdream: ['MVDream ar į jį panašus modelis', 'piešiantis daiktą iš kelių pusių iš karto', PROMPT],
  zero123: ['Zero123', 'pasukantis vaizde esantį daiktą', PROMPT],
  'image-variation': ['Stable Diffusion vaizdo variantams', 'kuriam reikia vaizdo, o ne žodžių', PROMPT],
  unclip: ['Stable Diffusion unCLIP', 'kuriam reikia vaizdo, o ne žodžių', PROMPT],
  'sd-upscaler': [
    'Stable Diffusion pagrindu sukurtas didintuvas',
    'kuris vaizdus padidina, bet nepiešia',
    PROMPT,
  ],
  'sd-depth': [
    'Stable Diffusion 2 su gylio žemėlapiu',
    'kuriam reikia nurodyti, kaip toli viskas vaizde',
    'Importuokite Stable Diffusion 2.x be gylio arba kitą 1.x, 2.x, XL ar 3.x modelio failą.',
  ],
  'ic-light': ['IC-Light', 'kuris kartu su Stable Diffusion 1.x pakeičia vaizdo apšvietimą', STEER],
  marigold: [
    'Marigold, Lotus ar į juos panašus modelis',
    'kuris nustato vaizdo gylį ar paviršius, o pats nepiešia',
    PROMPT,
  ],
  if: ['DeepFloyd IF'],
  kandinsky: ['Kandinsky'],
  prior: [
    'pradinės pakopos modelis (prior)',
    'kuris žodžius tik paverčia tuo, pagal ką piešia kitas modelis (unCLIP, Kandinsky)',
  ],
  kolors: ['Kolors', 'XL modelis, užklausas skaitantis kalbos modeliu'],
  versatile: ['Versatile Diffusion'],
  'alt-diffusion': [
    'AltDiffusion ar į jį panašus modelis',
    'Stable Diffusion su kitų kalbų teksto koduotoju',
  ],
  'latent-diffusion': ['latentinės difuzijos modelis, ankstesnis už Stable Diffusion', ''],
  'stable-sr': ['StableSR', 'atkuriantis vaizdus', PROMPT],
  supir: ['SUPIR', 'atkuriantis vaizdus kartu su kitu modeliu'],
  wuerstchen: ['Würstchen'],
  'cascade-b': ['Stable Cascade B pakopa'],
  'cascade-c': ['Stable Cascade C pakopa'],

  // Transformers.
  sd3: ['Stable Diffusion 3'],
  'hunyuan-video': ['HunyuanVideo arba HunyuanImage'],
  flux: ['FLUX.1'],
  flux2: ['FLUX.2'],
  chroma: ['Chroma'],
  ovis: ['Ovis-Image'],
  bria: ['BRIA'],
  hidream: ['HiDream'],
  sana: ['Sana'],
  ltx: ['LTX-Video', FILM],
  pixart: ['PixArt'],
  omnigen: ['OmniGen'],
  'z-image': ['Z-Image'],
  lumina: ['Lumina'],
  anima: ['Anima'],
  cosmos: ['Cosmos-Predict'],
  auraflow: ['AuraFlow'],
  'hunyuan-dit': ['HunyuanDiT'],
  mochi: ['Mochi', FILM],
  wan: ['Wan', FILM],
  cogvideox: ['CogVideoX arba CogView'],
  'qwen-image': ['Qwen-Image'],
  krea2: ['Krea 2'],
  ideogram: ['Ideogram'],
  ernie: ['ERNIE-Image'],
  seedvr2: ['SeedVR2', 'atkuriantis filmus ir vaizdus'],
  pid: ['PiD dekoderis', 'kitam modeliui kuriantis pikselius'],
  sound: ['garsą kuriantis modelis', ''],
  shapes: ['erdvines figūras kuriantis modelis (Hunyuan3D, TripoSR)', ''],
  speaker: ['kalbos modelis, kuris ir piešia (BAGEL, Janus, HunyuanImage 3)', ''],
  unidiffuser: ['UniDiffuser'],
  amused: ['aMUSEd'],
  transformer: ['naujesnės rūšies modelis (transformeris, kaip Stable Diffusion 3, PixArt ar LTX-Video)', ''],
  'four-bit': [
    'modelis, kurio svoriai supakuoti po keturis bitus',
    'skirtas kitoms programoms (bitsandbytes NF4, SVDQuant)',
    'Ieškokite to paties modelio F16, BF16 arba F8 formatu.',
  ],
  packed: [
    'modelis, kurio svoriai supakuoti sveikaisiais skaičiais arba blokais',
    'skirtas kitoms programoms (INT8, MXFP8, Quanto, SDNQ)',
    'Ieškokite to paties modelio F16, BF16 arba F8 formatu.',
  ],
  unmerged: [
    'modelis, šalia kurio svorių guli su jais nesulieta LoRA',
    '',
    'Ieškokite modelio ir LoRA atskirais failais arba modelio su sulieta LoRA.',
  ],

  // What is added to a model.
  'controlnet-xs': ['ControlNet-XS', 'kuris kitą modelį valdo piešiniu ar gylio žemėlapiu', GUIDE],
  controlnext: ['ControlNeXt', 'kuris kitą modelį valdo piešiniu ar poza', GUIDE],
  coadapter: [
    'CoAdapter jungiklis',
    'kuris sumaišo tai, ką mato keli adapteriai',
    'Kelis T2I-Adapter iš karto galima naudoti ir be jo.',
  ],
  controllite: ['ControlNet-LLLite', 'kuris kitą modelį valdo piešiniu, poza ar gylio žemėlapiu', GUIDE],
  'style-adapter': [
    'stiliaus adapteris',
    'dėl kurio kitas modelis laikosi vaizdo stiliaus',
    'Ieškokite IP-Adapter.',
  ],
  'ip-adapter': [
    'kitos rūšies IP-Adapter',
    'kuris skaito veidus, skirtas kitam modeliui arba yra nepilnas',
    'Ieškokite tokio, kuris į vaizdus žiūri su CLIP: paprasto, „plus“ arba „full“.',
  ],
  pulid: ['PuLID', 'nurodantis kitam modeliui veidą', STEER],
  photomaker: ['PhotoMaker', 'nurodantis kitam modeliui veidą', STEER],
  ella: ['ELLA', 'dėl kurio kitas modelis užklausas skaito kalbos modeliu'],
  'other-lora': [
    'nežinia kieno sukurta LoRA',
    'kurios dalių vardai čia nežinomi',
    'Ieškokite tokios, kurios vardai yra kohya, diffusers, PEFT arba LyCORIS.',
  ],
  hypernetwork: ['hipertinklas', 'modelio priedas', 'Ieškokite LoRA.'],

  // Single nets.
  'safety-checker': ['turinio tikrintojas', 'kuris į vaizdus žiūri, bet nepiešia'],
  sam: ['Segment Anything', 'randantis daiktų kontūrus vaizduose'],
  'depth-estimator': ['gylio vertintojas', 'nustatantis, kaip toli daiktai vaizduose'],
  detector: ['detektorius', 'randantis daiktus vaizduose'],
  cutter: ['tinklas, iškerpantis daiktus iš vaizdų (BiRefNet, RMBG)', ''],
  captioner: ['tinklas, vaizdus aprašantis žodžiais (BLIP)', ''],
  tagger: ['tinklas, pasakantis, kas yra vaizde (žymeklis)', ''],
  stylegan: ['StyleGAN'],
  hearing: ['modelis, užrašantis tai, ką girdi (Whisper)', ''],
  t5: ['T5 teksto koduotojas', 'viena naujesnės rūšies modelio dalis', PART],
  'language-model': ['kalbos modelis', 'kuris rašo, bet nepiešia'],
  clip: ['visas CLIP', 'lyginantis vaizdus su žodžiais', PART],
  'image-encoder': [
    'vaizdų koduotojas',
    'kuris į vaizdus žiūri, bet nepiešia',
    'Jei jo reikia IP-Adapter, ieškokite CLIP koduotojo su projekcija.',
  ],
  'face-restorer': ['veidų atkūriklis (GFPGAN, CodeFormer)', 'taisantis veidus vaizduose'],
  eraser: ['LaMa', 'užpildantis skyles vaizduose', STEER],
  srformer: ['SRFormer', ENLARGES, UPSCALER],
  hat: ['HAT', ENLARGES, UPSCALER],
  swinir: ['SwinIR', ENLARGES, UPSCALER],
  dat: ['DAT', ENLARGES, UPSCALER],
  rgt: ['RGT', ENLARGES, UPSCALER],
  drct: ['DRCT', ENLARGES, UPSCALER],
  atd: ['ATD', ENLARGES, UPSCALER],
  'real-cugan': ['Real-CUGAN', 'piešinių didintuvas', UPSCALER],
  plksr: ['PLKSR', ENLARGES, UPSCALER],
  omnisr: ['OmniSR', ENLARGES, UPSCALER],
  span: ['SPAN', ENLARGES, UPSCALER],
  scunet: ['SCUNet', 'šalinantis iš vaizdų triukšmą', UPSCALER],
  'cascade-a': ['Stable Cascade A pakopa', 'dekoderis', VAE],
  effnet: ['EfficientNet', 'Stable Cascade koduotojas'],
  movq: ['Kandinsky VAE', '', VAE],
  'vq-vae': ['VAE su kodų knyga, ankstesnis už Stable Diffusion', '', VAE],
  'consistency-decoder': ['nuoseklumo dekoderis', 'kuriantis pikselius vietoj VAE', VAE],
  'transparent-vae': ['LayerDiffuse dekoderis', 'kuriantis permatomus vaizdus', VAE],
  'vae-encoder': ['tik VAE koduotojas', 'kuris vaizdus skaito, bet jų nedaro', VAE],
  'asymmetric-vae': ['asimetrinis VAE', 'kurio dekoderiui reikia ir piešiamo vaizdo', VAE],
  'video-vae': ['VAE filmams', '', VAE],
  'other-vae': ['kitos rūšies modelio VAE', 'kurio latentiniai kanalai kitokie', VAE],
  'taesd-16': ['TAESD, skirtas FLUX.1 arba Stable Diffusion 3', 'su 16 latentinių kanalų', TAESD],
  'taesd-encoder': ['TAESD koduotojas', 'nors naudojamas tik dekoderis', TAESD],
  'training-state': [
    'tai, ko reikia modelio mokymui tęsti',
    'o ne pats išmokytas modelis',
    'Ieškokite failo, kurį mokymo programa įrašė kaip modelį.',
  ],
  piece: [
    'tik dalis modelio svorių',
    'vienas iš kelių failų arba tik tai, ką pakeitė mokymas',
    'Ieškokite viso modelio arba pasirinkite visus jo failus iš karto.',
  ],
  ema: [
    'tik modelio EMA kopija',
    '',
    'Ieškokite failo, kuriame yra pats modelis: Stable Diffusion 1.x, 2.x, XL arba 3.x.',
  ],
};

const ADDITIONS: Readonly<Record<NonNullable<Stranger['as']>, readonly [is: string, instead: string]>> = {
  LoRA: ['LoRA, skirta', 'Ieškokite LoRA, skirtos Stable Diffusion 1.x, 2.x, XL arba 3.x.'],
  ControlNet: ['ControlNet, skirtas', GUIDE],
  'IP-Adapter': ['IP-Adapter, skirtas', 'Ieškokite skirto Stable Diffusion 1.x arba XL.'],
  VAE: ['VAE, skirtas', VAE],
};

const isKind = (kind: string): kind is Kind => Object.hasOwn(kinds, kind);
const isAddition = (as: string): as is keyof typeof ADDITIONS => Object.hasOwn(ADDITIONS, as);

export const strangers: typeof English = {
  sentence(file, kind, as = '') {
    const [name, purpose = 'kitos rūšies modelis', instead = CHECKPOINT]: Words = isKind(kind)
      ? kinds[kind]
      : ['kitos rūšies modelis', ''];
    if (isAddition(as)) {
      const [is, other] = ADDITIONS[as];
      return `${file} – ${is} kitam modeliui (${name}), kurio Drobė nepaleidžia. ${other}`;
    }
    return `${file} – ${name}${purpose ? `, ${purpose}` : ''}. Drobė to nepaleidžia. ${instead}`;
  },
};

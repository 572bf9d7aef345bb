import type { ComfyNotes } from '../../../../recipe/comfy/notes';

export const comfy: ComfyNotes = {
  chooseSource: 'Pradinį vaizdą pasirinkite mazge „Load Image“.',
  chooseGuides: 'Valdančius vaizdus pasirinkite mazguose „Load Image“ prie ControlNet mazgų.',
  oneScale: 'ComfyUI atrinkėjas turi tik vieną laikymosi stiprumą: vaizdo laikymasis čia toks, lyg būtų 1.',
  maskIsClear: 'Perpiešiama tai, kas vaizde permatoma. Kaukės suliejimas, paraštės ir turinys neperkeliami.',
  sampler: (ours, theirs) => `ComfyUI neturi atrinkėjo ${ours}, jo vietoje – ${theirs}.`,
  ends: 'Tvarkaraščio galai – tokie, kokie yra ComfyUI.',
  alignSteps: 'SDXL modeliui mazge „Align Your Steps“ pasirinkite SDXL.',
  wholeSchedule: 'Šis tvarkaraštis visada pereinamas visas: stiprumas prarandamas.',
  upscaler: (name) => `Pačios ComfyUI mazguose nėra didintuvo „${name}“.`,
  like: (tool) => `Vaizdas pieštas kaip ${tool}; ComfyUI triukšmas ir jo lygiai šiek tiek skiriasi.`,
  redrawn: 'Paskui vaizdas perpieštas plytelėmis: čia – vaizdas prieš tai.',
  cardsNoise: 'Triukšmas buvo toks kaip vaizdo plokštės, o ComfyUI jį kuria procesoriumi.',
  variation: 'ComfyUI neturi atmainos sėklos.',
  seedDelta: 'ComfyUI neturi sėklos poslinkio (ENSD).',
  seedSize: 'ComfyUI neturi kito dydžio sėklos.',
  spacing: (name) => `Laiko žingsniai išdėstyti kaip „${name}“, o to ComfyUI neturi.`,
  weights: 'Žodžių svoriai – tie patys skaičiai, bet ComfyUI juos taiko kitaip.',
  wordsStay: 'ComfyUI žodžių piešdama nekeičia: [a:b:0.5], [a|b] ir AND ten yra žodžiai.',
  lost: (names) => `Neperkelta: ${names.join(', ')}.`,
  hintKind: (kind) => `ComfyUI nežino užuominų rūšies „${kind}“.`,
  controlMoments: 'Valdymo pradžią ir pabaigą ComfyUI skaičiuoja triukšmo lygiais, o ne žingsniais.',
  controlMode: 'Pačios ComfyUI mazgai negali pasakyti, kas svarbiau – užklausa ar valdymas.',
  preprocessor: (name) =>
    `Pačios ComfyUI mazguose nėra paruošimo „${name}“: pasirinkite jau paruoštą užuominą.`,
};

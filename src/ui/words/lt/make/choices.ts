import type { choices as English } from '../../en/make/choices';

export const choices: typeof English = {
  modes: {
    text: 'Iš teksto',
    image: 'Iš vaizdo',
    inpaint: 'Įpiešti',
    outpaint: 'Pratęsti',
    instruct: 'Nurodyti',
  },
  maskModes: { masked: 'Perpiešti, kas po kauke', rest: 'Perpiešti, kas aplink kaukę' },
  areas: { whole: 'Visas vaizdas', masked: 'Tik po kauke' },
  contents: {
    fill: 'užpildas',
    original: 'originalas',
    'latent noise': 'latentinis triukšmas',
    'latent nothing': 'latentinė tuštuma',
  },
  emphases: { A1111: 'A1111', 'No norm': 'be normavimo (No norm)', ComfyUI: 'ComfyUI', off: 'išjungtas' },
  generators: { CPU: 'CPU (torch)', NV: 'NV (kaip NVIDIA plokštėje)' },
  backends: { auto: 'Automatiškai', webgpu: 'Vaizdo plokštė (WebGPU)', wasm: 'Procesorius (WebAssembly)' },
  decoders: { VAE: 'VAE', TAESD: 'TAESD (greitai)' },
  tilings: { auto: 'Automatiškai', always: 'Visada' },
  precisions: { full: 'Kaip yra', int8: '8 bitai', int4: '4 bitai' },
  redrawOrders: { linear: 'Eilėmis', chess: 'Kaip šachmatų lentoje' },
};

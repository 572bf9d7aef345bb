import type { loans as English } from '../../en/models/loans';
import { clean } from '../../format';
import { parts } from './nets';

export const loans: typeof English = {
  holds: ({ lacks, t5 }) =>
    [
      ...(lacks === undefined ? [] : [`be ${parts(clean(lacks, 60)).genitive}`]),
      ...(t5 === undefined ? [] : [t5 ? 'su T5' : 'be T5']),
    ].join(', '),

  lack: (lacks) =>
    `Šiame faile nėra ${parts(clean(lacks, 60)).genitive}: skolinamasi iš kitų šio įrenginio failų.`,

  lent: {
    vae: {
      label: 'VAE iš',
      none: 'Tinkamo VAE čia nėra. Importuokite jį (vae/diffusion_pytorch_model.safetensors iš modelio aplanko) arba visą tos pačios šeimos modelio failą.',
    },
    text: {
      label: 'Teksto koduotojas iš',
      none: 'Tinkamo teksto koduotojo čia nėra. Importuokite jį (text_encoder/model.safetensors iš modelio aplanko arba clip_l.safetensors) arba visą tos pačios šeimos modelio failą.',
    },
    text2: {
      label: 'Antrasis teksto koduotojas iš',
      none: 'Tinkamo antrojo teksto koduotojo čia nėra. Importuokite jį (text_encoder_2/model.safetensors iš modelio aplanko arba clip_g.safetensors) arba visą tos pačios šeimos modelio failą.',
    },
    t5: {
      label: 'T5 iš',
      none: 'T5 čia nėra, tad vaizdai piešiami be jo: ne taip tiksliai laikomasi ilgų užklausų, daugiau rašybos klaidų vaizduose. Norėdami jį pridėti, importuokite t5xxl_fp16.safetensors arba t5xxl_fp8_e4m3fn.safetensors.',
      without: 'Nėra: piešti be T5',
    },
    tokenizer: {
      label: 'T5 žymių skaidytuvas iš',
      none: 'Be žymių skaidytuvo T5 negali skaityti, tad vaizdai piešiami be T5. Importuokite tokenizer.json: jis yra modelio aplanke tokenizer_3 ir lange „Atsisiųsti modelį“.',
    },
  },
};

import type { files as English } from '../../en/album/files';

export const files: typeof English = {
  dropHere: 'Paleiskite čia',
  dropPicture: 'Vaizdą, nuo kurio pradėti. Virš valdymo – vaizdą, pagal kurį piešti.',
  dropModel: (inPlace) => [
    'Arba „Stable Diffusion“ modelio failus, ',
    { code: '.safetensors' },
    `, ar modelio aplanką: ${inPlace ? 'jie bus skaitomi iš ten, kur yra.' : 'jie bus nukopijuoti į šią naršyklę ir joje liks.'}`,
  ],
  models: 'Modeliai',
  toStartFrom: 'Pradinis vaizdas',
};

import type { masking as English } from '../../en/paint/masking';

const sides = { left: 'Kairė', right: 'Dešinė', top: 'Viršus', bottom: 'Apačia' };
const edges = { left: 'kairįjį', right: 'dešinįjį', top: 'viršutinį', bottom: 'apatinį' };

export const masking: typeof English = {
  source: 'Pradinis vaizdas',
  removePicture: 'Pašalinti vaizdą',
  orDrop: 'arba nuvilkite ar įklijuokite jį bet kur šiame puslapyje',
  drawnAt: (own, drawn) => `${own}, piešiama ${drawn}`,
  edgesCut: (sizes) => `${sizes}, kraštai nukerpami`,

  strength: 'Perpiešimo stiprumas',
  imageStrengthHint: 'Mažas vaizdą išsaugo, 1 nupiešia jį iš naujo.',
  imageGuidance: 'Vaizdo laikymasis (Image CFG)',
  imageGuidanceHint: 'Didelis laikosi vaizdo, mažas – žodžių.',

  maskImage: 'Kaukės vaizdas',
  importMask: 'Importuoti kaukę',
  exportMask: 'Eksportuoti kaukę',
  whiteIsNew: 'Kas balta, piešiama iš naujo, kas juoda, lieka, kas pilka, keičiasi iš dalies.',
  maskStrengthHint: 'Mažas išsaugo, kas yra po kauke, 1 nupiešia iš naujo.',
  maskBlur: 'Kaukės suliejimas',
  content: 'Kas po kauke',
  more: 'Daugiau apie kaukę',
  maskMode: 'Kaukės paskirtis',
  soft: 'Švelnus įpiešimas',
  softHint: 'Pilkos kaukės dalys ir jos sulietas kraštas perpiešiami silpniau.',
  area: 'Įpiešimo sritis',
  padding: 'Paraštė aplink kaukę',
  paddingHint: 'Ką modelis mato aplink kaukę: brūkšninis rėmelis.',

  sides,
  pixelsToAdd: 'Kiek pikselių pridėti',
  made: (side, what) => `${sides[side]}: ${what}`,
  orDragFrame: 'Arba vilkite rėmelio kraštus ir kampus.',
  outpaintStrengthHint: 'Nauja dalis pradedama kraštų spalvomis; 1 jų nepaiso.',
  feather: 'Kraštų švelninimas',
  featherHint: 'Kiek į vidų nuo krašto vaizdas gali keistis, kad siūlės nesimatytų.',
  outpaintCanvas: 'Pratęsimo drobė',
  toExtend: 'Pratęsiamas vaizdas',
  pull: (pulled) =>
    pulled.length > 1
      ? `Traukti ${pulled.map((side) => edges[side]).join(' ')} kampą`
      : `Traukti ${pulled.map((side) => edges[side]).join('')} kraštą`,
};

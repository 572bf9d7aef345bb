/** All that the page says, in Lithuanian, which is fetched when it is spoken. */
import type { Words } from '../en';
import { album } from './album/album';
import { albumView } from './album/album-view';
import { app } from './shell/app';
import { catalogue } from './models/catalogue';
import { changes } from './album/changes';
import { choices } from './make/choices';
import { comfy } from './share/comfy';
import { compared } from './share/compared';
import { control } from './guide/control';
import { controls } from './controls';
import { downloading } from './models/downloading';
import { enlarging } from './album/enlarging';
import { files } from './album/files';
import { form } from './make/form';
import { format } from './format';
import { gallery } from './album/gallery';
import { grid } from './make/grid';
import { guiding } from './guide/guiding';
import { inspecting } from './models/inspecting';
import { installed } from './shell/installed';
import { keys } from './shell/keys';
import { library } from './models/library';
import { likeness } from './guide/likeness';
import { loans } from './models/loans';
import { making } from './make/making';
import { masking } from './paint/masking';
import { models } from './models/models';
import { nets } from './models/nets';
import { numbers } from './make/numbers';
import { outgoing } from './shell/outgoing';
import { page } from './shell/page';
import { paint } from './paint/paint';
import { painting } from './paint/painting';
import { pictures } from './album/pictures';
import { predicts } from './models/predicts';
import { problems } from './problems';
import { prompting } from './make/prompting';
import { prompts } from './make/prompts';
import { queue } from './make/queue';
import { recipe } from './share/recipe';
import { redraw } from './album/redraw';
import { reference } from './guide/reference';
import { run } from './make/run';
import { sampling } from './make/sampling';
import { sharing } from './share/sharing';
import { storage } from './models/storage';
import { storing } from './models/storing';
import { strangers } from './models/strangers';
import { styles } from './make/styles';
import { styling } from './make/styling';
import { verdict } from './models/verdict';
import { welcome } from './shell/welcome';

export const lt: Words = {
  album,
  albumView,
  app,
  catalogue,
  changes,
  choices,
  comfy,
  compared,
  control,
  controls,
  downloading,
  enlarging,
  files,
  form,
  format,
  gallery,
  grid,
  guiding,
  inspecting,
  installed,
  keys,
  library,
  likeness,
  loans,
  making,
  masking,
  models,
  nets,
  numbers,
  outgoing,
  page,
  paint,
  painting,
  pictures,
  predicts,
  problems,
  prompting,
  prompts,
  queue,
  recipe,
  redraw,
  reference,
  run,
  sampling,
  sharing,
  storage,
  storing,
  strangers,
  styles,
  styling,
  verdict,
  welcome,
};

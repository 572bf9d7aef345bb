/** All that the page says, in English, which is in the page from the start. */
import { comfyNotes as comfy } from '../../../recipe/comfy/notes';
import { album } from './album';
import { albumView } from './album-view';
import { app } from './app';
import { catalogue } from './catalogue';
import { changes } from './changes';
import { choices } from './choices';
import { compared } from './compared';
import { control } from './control';
import { controls } from './controls';
import { downloading } from './downloading';
import { enlarging } from './enlarging';
import { files } from './files';
import { form } from './form';
import { format } from './format';
import { gallery } from './gallery';
import { grid } from './grid';
import { guiding } from './guiding';
import { inspecting } from './inspecting';
import { installed } from './installed';
import { keys } from './keys';
import { library } from './library';
import { likeness } from './likeness';
import { loans } from './loans';
import { making } from './making';
import { masking } from './masking';
import { models } from './models';
import { nets } from './nets';
import { numbers } from './numbers';
import { outgoing } from './outgoing';
import { page } from './page';
import { paint } from './paint';
import { painting } from './painting';
import { pictures } from './pictures';
import { predicts } from './predicts';
import { problems } from './problems';
import { prompting } from './prompting';
import { prompts } from './prompts';
import { queue } from './queue';
import { recipe } from './recipe';
import { redraw } from './redraw';
import { reference } from './reference';
import { run } from './run';
import { sampling } from './sampling';
import { sharing } from './sharing';
import { storage } from './storage';
import { storing } from './storing';
import { strangers } from './strangers';
import { styles } from './styles';
import { styling } from './styling';
import { verdict } from './verdict';
import { welcome } from './welcome';

export const en = {
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

/** What each language must be able to say. */
export type Words = typeof en;

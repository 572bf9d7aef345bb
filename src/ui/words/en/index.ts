/** All that the page says, in English, which is in the page from the start. */
import { album } from './album';
import { app } from './app';
import { catalogue } from './catalogue';
import { changes } from './changes';
import { choices } from './choices';
import { compared } from './compared';
import { controls } from './controls';
import { downloading } from './downloading';
import { enlarging } from './enlarging';
import { files } from './files';
import { form } from './form';
import { format } from './format';
import { gallery } from './gallery';
import { guiding } from './guiding';
import { inspecting } from './inspecting';
import { installed } from './installed';
import { keys } from './keys';
import { library } from './library';
import { likeness } from './likeness';
import { making } from './making';
import { masking } from './masking';
import { numbers } from './numbers';
import { outgoing } from './outgoing';
import { page } from './page';
import { paint } from './paint';
import { painting } from './painting';
import { pictures } from './pictures';
import { prompting } from './prompting';
import { prompts } from './prompts';
import { queue } from './queue';
import { redraw } from './redraw';
import { sampling } from './sampling';
import { sharing } from './sharing';
import { storing } from './storing';
import { styles } from './styles';
import { styling } from './styling';

export const en = {
  album,
  app,
  catalogue,
  changes,
  choices,
  compared,
  controls,
  downloading,
  enlarging,
  files,
  form,
  format,
  gallery,
  guiding,
  inspecting,
  installed,
  keys,
  library,
  likeness,
  making,
  masking,
  numbers,
  outgoing,
  page,
  paint,
  painting,
  pictures,
  prompting,
  prompts,
  queue,
  redraw,
  sampling,
  sharing,
  storing,
  styles,
  styling,
};

/** What each language must be able to say. */
export type Words = typeof en;

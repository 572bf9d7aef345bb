/** Makes hints beside the page, which goes on meanwhile. */
import { answer, serve } from '../../engine/rpc';
import type { Call, Pixels } from '../../engine/api';
import { hintOf, type HintOrder } from './hint';

export interface HintApi {
  hint(order: HintOrder): Call<never, Pixels>;
}

serve<HintApi>(self, { hint: (order) => answer(async () => hintOf(order)) });

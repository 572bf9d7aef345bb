/** Makes hints beside the page, which goes on meanwhile. */
import { answer, serve } from '../../engine/rpc';
import type { Call, Pixels } from '../../engine/api';
import { fittedHint, hintOf, shownTo, type HintOrder } from './hint';

export interface HintApi {
  hint(order: HintOrder): Call<never, Pixels>;
  shown(order: HintOrder): Call<never, Pixels>;
  fitted(made: Pixels, order: HintOrder): Call<never, Pixels>;
}

serve<HintApi>(self, {
  hint: (order) => answer(async () => hintOf(order)),
  shown: (order) => answer(async () => shownTo(order)),
  fitted: (made, order) => answer(async () => fittedHint(made, order)),
});

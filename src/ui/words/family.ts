/** What is told of the kind that a model is of. */
import type { ModelFacts } from '../../engine/api';

export type Family = Pick<ModelFacts, 'family' | 't5'>;

/** Whether it draws by a UNet, which is what nets and adapters that read pictures are for: only MMDiTs may have a T5. */
export const hasUNet = ({ t5 }: Family): boolean => t5 === undefined;

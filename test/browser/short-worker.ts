/** The engine's worker on a graphics card with as many bytes of memory as its name says. */
import '../../src/engine/worker';
import { giveBytes, limitGpuBytes } from '../gpu-bytes';

limitGpuBytes();
giveBytes(Number(self.name));

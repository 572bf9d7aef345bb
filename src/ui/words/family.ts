/** What the name of a family tells. */

/** Whether its models draw by a UNet, which is what nets and adapters that read pictures are for. */
export const hasUNet = (family: string): boolean => !family.startsWith('Stable Diffusion 3');

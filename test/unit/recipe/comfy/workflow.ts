/** Workflows as ComfyUI writes them: what is run, and the page it is drawn on. */

export interface RunNode {
  readonly class_type: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}
export interface PageNode {
  readonly id: number;
  readonly type: string;
  readonly inputs: readonly { readonly name: string; readonly type: string; readonly link: number | null }[];
  readonly outputs: readonly {
    readonly name: string;
    readonly type: string;
    readonly links: readonly number[];
  }[];
  readonly widgets_values: readonly unknown[];
}

export interface Page {
  readonly nodes: readonly (PageNode & Readonly<Record<string, unknown>>)[];
  readonly links: readonly (readonly [number, number, number, number, number, string])[];
}

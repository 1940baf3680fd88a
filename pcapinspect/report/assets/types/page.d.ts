/* What the scripts know beyond the browser's own types. Every element that they ask for is one of this page's HTML. */

declare const Plotly: {
  react(chart: Element, traces: object[], layout: object, config: object): void;
  purge(chart: Element): void;
  toImage(chart: Element, format: object): Promise<string>;
};

interface EventTarget {
  closest(selector: string): HTMLElement | null;
  readonly tagName: string;
  blur(): void;
}

interface Event {
  readonly key: string;
}

interface Element {
  readonly dataset: DOMStringMap;
  readonly style: CSSStyleDeclaration;
  /* details, dialog */
  open: boolean;
  showModal(): void;
  /* button, select, form */
  disabled: boolean;
  value: string;
  readonly options: HTMLOptionsCollection;
  readonly elements: HTMLFormControlsCollection;
  hidden: boolean | "until-found";
  tabIndex: number;
  focus(): void;
  /* what plotly adds to its charts */
  on(event: string, listener: (event: any) => void): void;
  readonly _fullLayout: any;
}

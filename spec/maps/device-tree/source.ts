/**
 * Device tree source: the text of a `.dts`, as far as memory is concerned. Tokens, then nodes; values that are not plain
 * numbers or strings are kept as text, and refused only where memory needs them.
 *
 * Source: Devicetree Specification 0.4, appendix A.
 */
import { fault, type Line } from '../lines.ts';
import { type DeviceTree, MOST_LEVELS, type Property, type TreeNode } from './tree.ts';

interface Token {
  readonly text: string;
  readonly line: Line;
}

const TOKEN =
  /"(?:[^"\\]|\\.)*"|\/(?:dts-v1|plugin|memreserve|bits|include|delete-node|delete-property|omit-if-no-ref)\/|[{};=<>(),[\]]|[^\s{};=<>(),[\]"]+/g;

/** Whether a text is the source of a device tree: it opens the root node on a separate line. */
export function isDeviceTreeSource(lines: readonly Line[]): boolean {
  return lines.some(({ text }) => /^\/\s*\{/.test(text));
}

function withoutComments(lines: readonly Line[]): readonly Token[] {
  const tokens: Token[] = [];
  let isInside = false;
  for (const line of lines) {
    let text = line.raw;
    if (isInside) {
      const end = text.indexOf('*/');
      if (end < 0) continue;
      text = text.slice(end + 2);
    }
    text = text.replace(/\/\*.*?\*\//g, ' ').replace(/(^|\s)\/\/.*$/, ' ');
    isInside = text.includes('/*');
    if (isInside) text = text.slice(0, text.indexOf('/*'));
    // Lines of the preprocessor name files that are not at hand: what they hold is missed where it is needed.
    if (/^\s*#\s*(?:include|define|ifn?def|if|endif|else|undef)\b/.test(text)) continue;
    for (const [token] of text.matchAll(TOKEN)) tokens.push({ text: token, line });
  }
  return tokens;
}

const LITERAL = /^(?:0x[0-9a-f]{1,8}|\d{1,10})$/i;

/** Reads the tokens of a tree one after the other. */
class Parser {
  readonly #tokens: readonly Token[];
  readonly #end: Line;
  #next = 0;

  constructor(tokens: readonly Token[], end: Line) {
    this.#tokens = tokens;
    this.#end = end;
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { text: 'the end of the text', line: this.#end };
  }

  #take(): Token {
    const token = this.#peek();
    this.#next += 1;
    return token;
  }

  #expect(text: string): Token {
    const token = this.#take();
    if (token.text !== text) throw fault(token.line, `"${text}"`, token.text);
    return token;
  }

  /** Reads what stands outside of nodes, and all nodes: the root, and what is added to a node by its label. */
  tree(): DeviceTree {
    const reserved: DeviceTree['reserved'][number][] = [];
    let root: TreeNode | null = null;
    while (this.#next < this.#tokens.length) {
      const { text, line } = this.#take();
      if (text === '/memreserve/') reserved.push(this.#reservation(line));
      else if (text === '/dts-v1/' || text === '/plugin/') this.#expect(';');
      else if (text === '/' && root === null) root = this.#body('/', line, 0);
      else
        throw fault(
          line,
          'one root node: this reader follows no references and includes (dtc -O dtb does)',
          text,
        );
    }
    if (root === null) throw fault(this.#end, 'a root node', 'none');
    return { root, reserved };
  }

  #reservation({ source, where }: Line): DeviceTree['reserved'][number] {
    const [start, bytes] = [this.#take(), this.#take()];
    this.#expect(';');
    for (const { text, line } of [start, bytes])
      if (!/^0x[0-9a-f]{1,16}$/i.test(text)) throw fault(line, 'an address or a size in hex', text);
    return { source, where, start: BigInt(start.text), bytes: BigInt(bytes.text) };
  }

  /** Reads the braces of a node and what is between them. */
  #body(name: string, line: Line, level: number): TreeNode {
    const { source, where } = line;
    if (level > MOST_LEVELS) throw fault(line, `at most ${MOST_LEVELS} levels of nodes`, name);
    this.#expect('{');
    const properties = new Map<string, Property>();
    const children: TreeNode[] = [];
    while (this.#peek().text !== '}') {
      const token = this.#named();
      if (this.#peek().text === '{') children.push(this.#body(token.text, token.line, level + 1));
      else {
        if (children.length > 0) throw fault(token.line, 'properties before the nodes below', token.text);
        if (properties.has(token.text)) throw fault(token.line, 'a property that is there once', token.text);
        properties.set(token.text, this.#property(token.line));
      }
    }
    this.#expect('}');
    this.#expect(';');
    return { name, source, where, properties, children };
  }

  /** Reads the name of a property or a node, past its labels. */
  #named(): Token {
    let token = this.#take();
    while (/^[A-Za-z_]\w*:$/.test(token.text)) token = this.#take();
    if (/^[{};=<>(),[\]"]/.test(token.text) || token.text.startsWith('/') || this.#next > this.#tokens.length)
      throw fault(token.line, 'the name of a property or of a node', token.text);
    return token;
  }

  #property({ source, where }: Line): Property {
    if (this.#peek().text === ';') {
      this.#take();
      return { source, where, cells: null, text: '' };
    }
    this.#expect('=');
    const tokens: string[] = [];
    while (this.#peek().text !== ';') {
      const { text, line } = this.#take();
      if (/^[{}=]$/.test(text) || this.#next > this.#tokens.length)
        throw fault(line, '";" after a value', text);
      tokens.push(text);
    }
    this.#expect(';');
    return { source, where, cells: cellsIn(tokens), text: tokens.join(' ') };
  }
}

/** Returns the cells of a value of `<…>` lists of literals; null for any other value. */
function cellsIn(tokens: readonly string[]): readonly number[] | null {
  if (tokens[0] !== '<' || tokens.at(-1) !== '>') return null;
  const words = tokens.join(' ').replaceAll('> , <', ' ').slice(1, -1).trim();
  const cells = words === '' ? [] : words.split(/\s+/);
  return cells.every((cell) => LITERAL.test(cell) && Number(cell) <= 0xffff_ffff) ? cells.map(Number) : null;
}

/** Returns the tree that the lines of a source hold; throws `SpecError` naming the line where it is not a source. */
export function readSource(lines: readonly Line[]): DeviceTree {
  const end = lines.findLast(({ text }) => text !== '') ?? lines.at(-1);
  if (end === undefined) throw new RangeError('a text has a line');
  return new Parser(withoutComments(lines), end).tree();
}

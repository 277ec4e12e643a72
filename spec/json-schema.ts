/**
 * JSON Schemas: the formats of files as other tools read them, derived from the codecs that read them here. A codec whose
 * structure does not show its JSON is given a form where it is defined (`withJsonForm`). A schema accepts all that its codec accepts; what
 * needs arithmetic (regions that overlap, integers beyond 64 bits) only the codec refuses.
 */
import type * as t from 'io-ts';
import { type JsonSchema, jsonFormOf } from './decode.ts';

/** A codec as its constructors in io-ts leave it. */
interface Structure {
  readonly _tag?: string;
  readonly name: string;
  readonly type?: Structure;
  readonly types?: readonly Structure[];
  readonly value?: unknown;
  readonly keys?: Readonly<Record<string, unknown>>;
  readonly props?: Readonly<Record<string, Structure>>;
  readonly domain?: Structure;
  readonly codomain?: Structure;
}

/** Codecs that get a definition of their own, by its name. */
export type Definitions = Readonly<Record<string, t.Mixed>>;

class SchemaWriter {
  readonly #names: ReadonlyMap<object, string>;

  constructor(definitions: Definitions) {
    this.#names = new Map(Object.entries(definitions).map(([name, codec]) => [codec, name]));
  }

  /** Returns the schema of a codec, or a reference to its definition. */
  of(codec: Structure): JsonSchema {
    const name = this.#names.get(codec);
    return name === undefined ? this.whole(codec) : { $ref: `#/$defs/${name}` };
  }

  /** Returns the schema of a codec. */
  whole(codec: Structure): JsonSchema {
    const form = jsonFormOf(codec);
    if (form !== undefined) return isCodec(form) ? this.of(form) : form;
    switch (codec._tag) {
      case 'StringType':
        return { type: 'string' };
      case 'NumberType':
        return { type: 'number' };
      case 'BooleanType':
        return { type: 'boolean' };
      case 'NullType':
        return { type: 'null' };
      case 'UnknownType':
        return {};
      case 'LiteralType':
        return { const: codec.value };
      case 'KeyofType':
        return { enum: Object.keys(codec.keys ?? {}) };
      case 'ReadonlyArrayType':
      case 'ArrayType':
        return { type: 'array', items: this.#inside(codec) };
      case 'TupleType':
        return {
          type: 'array',
          prefixItems: this.#branches(codec),
          minItems: codec.types?.length,
          items: false,
        };
      case 'DictionaryType':
        return { type: 'object', additionalProperties: codec.codomain && this.of(codec.codomain) };
      case 'UnionType':
        return { anyOf: this.#branches(codec) };
      case 'ReadonlyType':
      case 'RefinementType':
        return this.#inside(codec);
      case 'ExactType':
      case 'InterfaceType':
      case 'PartialType':
      case 'IntersectionType':
        return this.#record(codec);
      default:
        throw new Error(`the codec of ${codec.name} has no form in JSON: give it one by withJsonForm`);
    }
  }

  #inside({ type }: Structure): JsonSchema {
    return type === undefined ? {} : this.of(type);
  }

  #branches({ types = [] }: Structure): readonly JsonSchema[] {
    return types.map((type) => this.of(type));
  }

  #record(codec: Structure): JsonSchema {
    const properties: Record<string, JsonSchema> = {};
    const required: string[] = [];
    let isClosed = false;
    const visit = ({ _tag, type, types = [], props = {} }: Structure): void => {
      if (_tag === 'ExactType') isClosed = true;
      for (const [name, each] of Object.entries(props)) {
        properties[name] = this.of(each);
        if (_tag === 'InterfaceType') required.push(name);
      }
      for (const part of type === undefined ? types : [type]) visit(part);
    };
    visit(codec);
    const more = isClosed ? { additionalProperties: false } : {};
    return { type: 'object', properties, required, ...more };
  }
}

function isCodec(form: JsonSchema | t.Mixed): form is t.Mixed {
  return typeof form.decode === 'function';
}

/** Returns the schema of the files that a codec reads. */
export function jsonSchema(codec: t.Mixed, title: string, definitions: Definitions = {}): JsonSchema {
  const writer = new SchemaWriter(definitions);
  const defs = Object.entries(definitions).map(([name, each]) => [name, writer.whole(each)] as const);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title,
    ...writer.whole(codec),
    ...(defs.length === 0 ? {} : { $defs: Object.fromEntries(defs) }),
  };
}

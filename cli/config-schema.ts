/** The JSON Schema of the configuration file: its keys are the flags of the commands, so it is written from them. */
import type { Command, Option } from 'commander';

type Schema = Readonly<Record<string, unknown>>;

function valueSchema(option: Option): Schema {
  const { description, argChoices } = option;
  if (option.isBoolean()) return { description, type: 'boolean' };
  const one: Schema = argChoices === undefined ? { type: ['string', 'number'] } : { enum: argChoices };
  return { description, anyOf: [one, { type: 'array', items: one }] };
}

function flagsSchema({ options }: Command): Schema {
  const properties = options.map((option) => [option.attributeName(), valueSchema(option)] as const);
  return { type: 'object', properties: Object.fromEntries(properties), additionalProperties: false };
}

/** Returns the schema of a configuration for these commands. */
export function configSchema(commands: readonly Command[]): Schema {
  const properties: Record<string, Schema> = {};
  for (const command of commands)
    for (const option of command.options) properties[option.attributeName()] ??= valueSchema(option);
  for (const command of commands) {
    const flags = { description: command.description(), ...flagsSchema(command) };
    const flag = properties[command.name()];
    // `map` is a command and a flag.
    properties[command.name()] = flag === undefined ? flags : { anyOf: [flag, flags] };
  }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'frameproof.config.json',
    type: 'object',
    properties: { $schema: { type: 'string' }, ...properties },
    additionalProperties: false,
  };
}

import { introspect } from '../../qapi/introspection.ts';
import { any, arrayOf, bool, enumOf, optional, required, type Static, str, struct, union } from '../../qapi/schema.ts';
import { command } from '../command.ts';
import { topic } from '../topic.ts';

const META_TYPES = ['builtin', 'enum', 'array', 'object', 'alternate', 'command', 'event'] as const;
const JSON_TYPES = ['string', 'number', 'int', 'boolean', 'null', 'object', 'array', 'value'] as const;

const SchemaInfoEnumMember = struct('SchemaInfoEnumMember', 'A word.', {
  name: required(str, 'the word'),
  features: optional(arrayOf(str), 'what is special about it'),
});

const SchemaInfoObjectMember = struct('SchemaInfoObjectMember', 'A member of an object.', {
  name: required(str, 'its name'),
  type: required(str, 'its type'),
  default: optional(any, 'it may be left out; always null'),
  features: optional(arrayOf(str), 'what is special about it'),
});

const SchemaInfoObjectVariant = struct('SchemaInfoObjectVariant', 'The members that a value of the tag adds.', {
  case: required(str, 'the value'),
  type: required(str, 'the object type whose members are added'),
});

const SchemaInfoAlternateMember = struct('SchemaInfoAlternateMember', 'A type that an alternate may have.', {
  type: required(str, 'the type'),
});

const SchemaInfo = union('SchemaInfo', 'A command, an event or a type.', {
  tag: 'meta-type',
  members: {
    name: required(str, 'its name; of a type that is not built in, a number that means nothing'),
    'meta-type': required(enumOf('SchemaMetaType', 'What is described.', META_TYPES), 'what it is'),
    features: optional(arrayOf(str), 'what is special about it, such as `unstable`'),
  },
  cases: {
    builtin: struct('SchemaInfoBuiltin', 'A type that JSON has.', {
      'json-type': required(enumOf('JSONType', 'A kind of JSON.', JSON_TYPES), 'its JSON'),
    }),
    enum: struct('SchemaInfoEnum', 'One word out of a list.', {
      members: required(arrayOf(SchemaInfoEnumMember), 'the words'),
      values: required(arrayOf(str), 'the words, in the older form'),
    }),
    array: struct('SchemaInfoArray', 'An array.', { 'element-type': required(str, 'the type of its elements') }),
    object: struct('SchemaInfoObject', 'An object.', {
      members: required(arrayOf(SchemaInfoObjectMember), 'the members'),
      tag: optional(str, 'the member whose value says which others there are'),
      variants: optional(arrayOf(SchemaInfoObjectVariant), 'for each value of the tag'),
    }),
    alternate: struct('SchemaInfoAlternate', 'One of several types, told apart by the kind of JSON.', {
      members: required(arrayOf(SchemaInfoAlternateMember), 'the types'),
    }),
    command: struct('SchemaInfoCommand', 'A command.', {
      'arg-type': required(str, 'the object type of its arguments'),
      'ret-type': required(str, 'the type of its answer'),
      'allow-oob': optional(bool, 'it may be sent with exec-oob'),
    }),
    event: struct('SchemaInfoEvent', 'An event.', { 'arg-type': required(str, 'the object type of its data') }),
  },
});

const queryQmpSchema = command('query-qmp-schema', {
  since: '2.5',
  doc: `Describes every command and event with all types that they use, so that a client can find out what this
version understands without trying.`,
  returns: arrayOf(SchemaInfo),
  example: {},
  run: (_, { catalog }) =>
    introspect([...catalog.commands.values()], [...catalog.events.values()]) as readonly Static<typeof SchemaInfo>[],
});

export const schema = topic('Introspection', { doc: 'What can be asked, for programs.', commands: [queryQmpSchema] });

import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { types as t } from '@babel/core';

/** As much of a place in Babel's tree as is used here. */
type Place = { node: t.Node; parentPath: Place | null };

type Mutator = { name: string; mutate(place: Place): Iterable<t.Node> };

/** Stryker empties whole blocks only; the lines that reviews missed were single ones. */
const removedStatement: Mutator = {
  name: 'RemovedStatement',
  *mutate({ node, parentPath }) {
    if (!t.isExpressionStatement(node) && !t.isThrowStatement(node)) return;
    // A block of one statement is emptied by Stryker itself.
    if (parentPath && t.isBlockStatement(parentPath.node) && parentPath.node.body.length === 1) return;
    yield t.blockStatement([]);
  },
};

/** Windows, limits and positions: one more, and one less where that is no other kind of number. */
const otherNumber: Mutator = {
  name: 'OtherNumber',
  *mutate({ node, parentPath }) {
    if (!t.isNumericLiteral(node) || (parentPath && t.isUnaryExpression(parentPath.node))) return;
    yield t.numericLiteral(node.value + 1);
    // One less than a share, such as 0.65, has a sign.
    if (node.value > 0) yield t.valueToNode(node.value - 1);
  },
};

/** Lists and objects with one part less; Stryker only empties them. */
const missingPart: Mutator = {
  name: 'MissingPart',
  *mutate({ node }) {
    if (t.isArrayExpression(node) && node.elements.length > 1) {
      for (const element of node.elements) yield t.arrayExpression(node.elements.filter((one) => one !== element));
    }
    if (t.isObjectExpression(node) && node.properties.length > 1) {
      const parts = node.properties.filter((one) => t.isSpreadElement(one));
      for (const part of parts) yield t.objectExpression(node.properties.filter((one) => one !== part));
    }
  },
};

// Stryker has no entry point for other mutators: its list of them is not exported by name, and its version is pinned.
const instrumenter = dirname(fileURLToPath(import.meta.resolve('@stryker-mutator/instrumenter')));

const mutators = pathToFileURL(join(instrumenter, 'mutators/mutate.js')).href;

const { allMutators } = (await import(mutators)) as { allMutators: Mutator[] };

allMutators.push(removedStatement, otherNumber, missingPart);

const isSentence = (node: t.Node): boolean =>
  (t.isStringLiteral(node) && node.value.includes(' ')) ||
  (t.isTemplateLiteral(node) && node.quasis.some(({ value }) => value.raw.includes(' ')));

const isOfError = ({ node, parentPath }: Place): boolean => {
  if (t.isThrowStatement(node)) return true;
  if (t.isNewExpression(node) && t.isIdentifier(node.callee) && node.callee.name.endsWith('Error')) return true;
  return parentPath !== null && !t.isStatement(node) && !t.isFunction(node) && isOfError(parentPath);
};

/** What an error says to its reader decides nothing; its name and its reason do, and hold no blank. */
const sentences = {
  shouldIgnore: (place: Place): string | undefined =>
    isSentence(place.node) && isOfError(place) ? 'a sentence of an error, for its reader alone' : undefined,
};

export const strykerPlugins = [{ kind: 'Ignore', name: 'sentences', value: sentences }];

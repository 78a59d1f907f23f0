// The modules of the page become one script (reports/page/embed.cmake): what holds for modules has to hold for that, too.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';

const FOLDER = new URL('../../../reports/page/script/', import.meta.url);
const order = readFileSync(new URL('../../../CMakeLists.txt', import.meta.url), 'utf8').match(/set\(page_script\n(.*?)\)/s)[1].split(/\s+/).filter(x => x);
const texts = new Map(order.map(name => [name, readFileSync(new URL(name + '.js', FOLDER), 'utf8')]));

test('each module stands in the list of CMakeLists.txt', () => {
  assert.deepEqual(readdirSync(FOLDER).filter(f => f.endsWith('.js')).sort(), order.map(name => name + '.js').sort());
});

test('a name at the level of a module is there once', () => {
  const owner = new Map();
  for (const [name, text] of texts) {
    for (const found of text.matchAll(/^(?:export )?(?:async )?(?:function\*?|const|let|class) (.*)$/gm)) {
      const names = /^(?:export )?(?:const|let) /.test(found[0]) ? [...found[1].matchAll(/(?:^|, )([A-Za-z_]\w*) =/g)].map(m => m[1]) : [found[1].match(/^\w+/)[0]];
      for (const one of names) {
        assert.equal(owner.get(one), undefined, one + ' is in ' + owner.get(one) + '.js and in ' + name + '.js');
        owner.set(one, name);
      }
    }
  }
  assert.ok(owner.size > 40);
});

test('a module imports from those before it, in one line each', () => {
  for (const [name, text] of texts) {
    assert.match(text, /^\/\/ /, name + '.js says what it is');
    for (const line of text.split('\n').filter(l => /^import\b/.test(l))) {
      const from = line.match(/^import \{ [\w, ]+ \} from '\.\/(\w+)\.js';$/);
      assert.ok(from, name + '.js: ' + line);
      assert.ok(order.indexOf(from[1]) >= 0 && order.indexOf(from[1]) < order.indexOf(name), name + '.js imports from ' + from[1] + '.js, which comes later');
    }
  }
});

import { expect, it } from 'vitest';
import { junitXml } from './junit-builder.ts';

it('a JUnit report has a suite with counts, and a test case with each kind of outcome', () => {
  const xml = junitXml({
    name: 'a & "b"',
    seconds: 1.5,
    seed: 7,
    cases: [
      { className: 'c', name: 'passes', seconds: 0.5, outcome: { kind: 'passed' }, output: 'said <this>' },
      { className: 'c', name: 'is skipped', outcome: { kind: 'skipped', message: 'no need' } },
      {
        className: 'c',
        name: 'fails',
        file: 'f.json',
        outcome: { kind: 'failure', message: 'no\u0001', type: 'free.owner', details: 'x ]]> y' },
      },
      {
        className: 'c',
        name: 'fails briefly',
        outcome: { kind: 'failure', message: 'no', type: 't', details: '' },
      },
      { className: 'c', name: 'cannot run', outcome: { kind: 'error', message: 'gone', type: 'unusable' } },
    ],
  });
  expect(xml).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="5" failures="2" errors="1" skipped="1">
  <testsuite name="a &amp; &quot;b&quot;" time="1.5" tests="5" failures="2" errors="1" skipped="1">
    <properties>
      <property name="seed" value="7"/>
    </properties>
    <testcase classname="c" name="passes" time="0.5">
      <system-out><![CDATA[said <this>]]></system-out>
    </testcase>
    <testcase classname="c" name="is skipped">
      <skipped message="no need"/>
    </testcase>
    <testcase classname="c" name="fails" file="f.json">
      <failure message="no" type="free.owner"><![CDATA[x ]]]]><![CDATA[> y]]></failure>
    </testcase>
    <testcase classname="c" name="fails briefly">
      <failure message="no" type="t"/>
    </testcase>
    <testcase classname="c" name="cannot run">
      <error message="gone" type="unusable"/>
    </testcase>
  </testsuite>
</testsuites>`);
});

import { expect, test } from "vitest";
import { closestName } from "../../src/errors/closest-name.js";

test.each([
  ["metod", ["method", "other"], "method"],
  ["mehtod", ["method"], "method"],
  ["METHOD", ["methods", "method"], "method"],
  ["ad", ["add", "sub"], "add"],
  ["x", ["y"], undefined],
  ["readRows", ["writeRows", "close"], undefined],
  ["a".repeat(100), ["a".repeat(100)], undefined],
  ["anything", [], undefined],
])("%j among %j means %j", (name, candidates, expected) => {
  expect(closestName(name, candidates)).toBe(expected);
});

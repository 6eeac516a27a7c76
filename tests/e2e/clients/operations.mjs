// The documents of ../operations/, each operation on its own with the fragments it uses.
import { readFileSync, readdirSync } from "node:fs";
import { parse, print, separateOperations } from "graphql";

const folder = new URL("../operations/", import.meta.url);

export const operations = Object.fromEntries(
  readdirSync(folder)
    .map((file) => separateOperations(parse(readFileSync(new URL(file, folder), "utf8"))))
    .flatMap((separated) => Object.entries(separated).map(([name, document]) => [name, print(document)])),
);

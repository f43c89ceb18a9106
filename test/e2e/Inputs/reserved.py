"""usage: reserved.py RESERVED.def > model.cpp: a model whose inputs have every name that headers leave to others."""
import re
import sys

words = " ".join(re.findall(r'^"(.*)"$', open(sys.argv[1]).read(), re.M)).split()
assert len(words) > 2500 and {"EOF", "major", "errno", "class", "CLONE_NEWNS"} <= set(words), len(words)
PIECE = 200
pieces = [words[i:i + PIECE] for i in range(0, len(words), PIECE)]
print("#include <sinter/sinter.h>\nusing namespace sinter;\n")
print('int main(int argc, char **argv) {\n  Model model("reserved", argc, argv);')
for i, piece in enumerate(pieces):
    names = ", ".join('"' + word + '"' for word in piece)
    print(f"""  model.entry("e{i}", [](Entry e) {{
    Tensor y = constant(f32({{1}}), {{0.0}});
    for (const char *name : {{{names}}})
      y = e.input(name, f32({{1}}));
    e.output("y", y * 2.0);
  }});""")
print("  return model.write();\n}")

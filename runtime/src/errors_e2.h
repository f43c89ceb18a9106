/* errors_e2.h - every diagnostic of the runtime, once: SINTER_E2(code, "title", "documentation").
 *
 * Included by diag.c and by whoever prints documentation (`sinter explain`). Invariant: a code
 * never changes its meaning. The hundreds tell the exit code: 20xx usage (2), 21xx-23xx the model
 * or data (1), 24xx the system (3), 29xx our fault (70). Reading on: diag.h. */
SINTER_E2(2001, "unknown flag",
          "The program has no such flag. `--help` lists all flags; a hyper-parameter that is zero "
          "when the model is built (a momentum of 0) has no flag.")
SINTER_E2(2002, "flag without a value", "The flag needs a value: `--epochs 5` or `--epochs=5`.")
SINTER_E2(2003, "bad value of a flag",
          "The flag's value is not of the expected kind or outside of its range.")
SINTER_E2(2004, "flags that contradict each other",
          "Two flags cannot be used together, or one needs another; or an output would take the "
          "place of a file that the run reads, also of one in the folder behind `--data`.")
SINTER_E2(2005, "unknown entry, input or output",
          "`--run ENTRY` names no entry of the model, or `--input`/`--output` no input or output "
          "of that entry. `--info` lists them.")
SINTER_E2(2006, "misuse of the library",
          "A function of a generated library was called with arguments it cannot work with: a NULL "
          "handle or array, no examples or more than a process can address, an entry that the "
          "model does not have, options that the library does not know.")
SINTER_E2(2007, "no weights",
          "A library handle without weights was asked to run. Call NAME_load first, or build with "
          "--embed-weights.")
SINTER_E2(2008, "shared weights",
          "The weights of this handle are shared with other handles (NAME_open_shared) or "
          "read-only; they cannot be replaced or trained while others may read them.")
SINTER_E2(2101, "missing or unreadable file",
          "An input file is absent or cannot be opened or read.")
SINTER_E2(2102, "not the expected data file",
          "The header of an IDX file (magic number, number of dims, sizes) is not what the model's "
          "data set needs.")
SINTER_E2(2103, "data file of the wrong length",
          "An IDX file ends before its last element, or goes on after it; or the length of a CIFAR "
          "file is no multiple of its record, one label byte and the pixels of all channels.")
SINTER_E2(2104, "damaged gzip file",
          "A .gz file is cut, or its contents do not match their check sum.")
SINTER_E2(2105, "label out of range",
          "A label, of a data file or given to a training or evaluation step, is not below the "
          "number of classes.")
SINTER_E2(2106, "images and labels differ in number",
          "The image file and the label file of a split do not belong together.")
SINTER_E2(2107, "too few examples",
          "The training split has fewer examples than one batch of the training step, or a file "
          "has none at all.")
SINTER_E2(
    2108, "no data to train on",
    "The model names no data set, or one whose fields no reader gives: files of labelled images "
    "(IDX, CIFAR), or the built-in synthetic images. Or an entry takes an input that is no "
    "field of the data set.")
SINTER_E2(2109, "text in the wrong encoding",
          "Texts are UTF-8. The message has the first byte that is not; "
          "`iconv -f LATIN1 -t UTF-8` converts a file of an older encoding.")
SINTER_E2(2110, "vocabulary empty or too large",
          "A text model has room for a fixed number of different tokens, the unknown one included. "
          "The text has more of them, or no letters at all. Build the model with a larger "
          "vocabulary, or take characters for words. Of pairs of sentences the most frequent words "
          "that occur twice or more are taken; that there are none is an error.")
SINTER_E2(2111, "entry that cannot go on with a text",
          "`--generate` runs the entry `generate` once a token: from an input `token` of one "
          "whole number to `logits`, one number a token of the vocabulary. Every other input has "
          "an output of its name and type, which it gets in the next run; it begins with 0.")
SINTER_E2(2112, "not the expected table",
          "A .csv file is a header and rows of as many fields, separated by commas; a field with "
          "commas, line ends or quotes stands in quotes, in which a quote is doubled. It has a "
          "column of the target's name, whose values are numbers, and those that the model's other "
          "features are made of; test.csv may lack the target. The message has the line and the "
          "column, both from 1.")
SINTER_E2(2113, "table of another number of features",
          "A column of numbers makes one feature, any other column one for each value that occurs "
          "and one for missing values. The model was built for another number (`.features`). A "
          "column of numbers with a misspelt one is a column of categories.")
SINTER_E2(2114, "entry that cannot predict a table",
          "`--predict` runs the entry `predict` on the rows of test.csv: from the features of the "
          "data set to one output of one number a row, f32[N,1] or f32[N], or of a target of "
          "categories one a class, f32[N,classes]: the class of the largest is predicted.")
SINTER_E2(2115, "no pair of sentences",
          "Each line of a file of sentence pairs is a sentence, a tab and its translation. What "
          "stands behind a second tab is not read, an empty line is passed over.")
SINTER_E2(2116, "entries that cannot translate",
          "`--translate` runs the entry `encode` on a sentence, from inputs that are fields of the "
          "data set, then the entry `decode` once a word, from an input `token` of one whole "
          "number to `logits`, one number a token of the other language. What else `decode` takes "
          "is at first, by its name, what `encode` gave, or a field of the sentence, or 0; then "
          "what its own output of that name gave in the run before.")
SINTER_E2(
    2117, "other classes than the model has",
    "A data set of pictures has a folder for each class in `train` and in `test`: as many as "
    "the model was built for (`.classes`), the same in both, none of them empty. A table with "
    "a target of categories has as many different ones in both files. Weight files keep the "
    "names of the classes; data that are read with weights have no others.")
SINTER_E2(
    2118, "not the expected picture",
    "Pictures are PNG or JPEG files of 8 bits a channel, grey or in red, green and blue, with "
    "or without transparency, and of the model's size unless it scales them (`.fit`). A file "
    "is what its first bytes say. One that is damaged is an error even where a viewer shows "
    "the rest of it: training would take it for the whole.")
SINTER_E2(2201, "not a safetensors file",
          "The file's header is not a safetensors header: its length is absurd, or it is not the "
          "JSON object that the format prescribes. What torch.save wrote is converted in Python: "
          "`from safetensors.torch import save_file`, then `save_file(torch.load(\"w.pt\", "
          "weights_only=True), \"w.safetensors\")`. Of .npz, .npy and gzip files the message has "
          "the lines that make weights of them.")
SINTER_E2(2202, "inconsistent safetensors file",
          "Tensors overlap, leave gaps, occur twice, have the wrong number of bytes, or do not "
          "fill the file.")
SINTER_E2(
    2203, "weights of another model",
    "Names, types or shapes in a weight file differ from the model's. All differences are listed: "
    "'-' is what the model expects, '+' what the file has. `--init-partial` reads the weights that "
    "both have, one at least. f16, bf16, f32 and f64 stand for each other, as long as every finite "
    "number stays finite.")
SINTER_E2(2204, "checkpoint of another run",
          "A checkpoint belongs to another model, data set or configuration: the differences are "
          "listed. Or it is a plain weight file, from which `--init` starts; or one of its numbers "
          "is none of a run.")
SINTER_E2(2205, "not the expected npy file",
          "The .npy file is damaged, or its type or shape is not what the entry or the data set "
          "takes; or the .npz file is no zip file of such files, stored or deflated. Arrays of a "
          "data set are <f4, <f8, <i4, <i8, |u1 or |b1, those of classes whole numbers; a finite "
          "number of <f8 that f32 has not is refused. An input of `--run` has the type that the "
          "entry takes.")
SINTER_E2(2301, "loss is not finite",
          "The loss became NaN or infinite. Training stops; a checkpoint that was written before "
          "stays as it was. "
          "`--check-numerics` finds the first kernel that produces such a value; often the "
          "learning rate is too high.")
SINTER_E2(2302, "kernel produced a value that is not finite",
          "`--check-numerics`: the first kernel whose output contains NaN or infinity, with the "
          "line of the op that likely gave it. Where a kernel holds several ops, those that may be "
          "the first are listed.")
SINTER_E2(2303, "number of examples that no batch sizes cover",
          "An entry runs at fixed batch sizes; the number of examples is no sum of them. Build "
          "with a batch size of 1 among them (`--batch 1,32`).")
SINTER_E2(
    2304, "index out of range",
    "A value of the data that names a slice of a tensor (the ids of an embedding) is below 0 or "
    "not below the size of the axis. The message has the line of the op, the value, its place in "
    "the tensor of indices (row-major, from 0) and the size. Nothing is read or written there; "
    "what the step made is not to be used: a trainer stops without a checkpoint, a library's "
    "weights are to be loaded again after a training step.")
SINTER_E2(2401, "output cannot be written",
          "The disk is full, the folder is missing or read-only, or a limit was met. A file that "
          "existed before is unchanged.")
SINTER_E2(2402, "out of memory", "The system refused the memory the model needs.")
SINTER_E2(2403, "this CPU lacks instructions",
          "The program was compiled for a CPU with more instructions than this one has. Build with "
          "another --target, for example cpu:x86-64-v2.")
SINTER_E2(
    2404, "threads cannot be started",
    "The system refused to start a thread: a limit on processes, or on memory (`ulimit -v`), as "
    "each has a stack. `--threads 1` needs none; a library asks for as many as its "
    "sinter_options say.")
SINTER_E2(2405, "unknown device",
          "The module was compiled for a device that this runtime does not have.")
SINTER_E2(2406, "reading failed", "The system failed while a file was being read.")
SINTER_E2(
    2407, "no GPU to run on",
    "The program was built for a cuda target: it expects NVIDIA's driver (libcuda.so.1) and a "
    "GPU of at least the target's architecture. nvidia-smi says what is there.")
SINTER_E2(2408, "the GPU failed",
          "The driver refused a call, or a kernel ended with an error: the GPU was lost or reset, "
          "its memory has errors, or the program is wrong. Nothing was saved since; the last "
          "checkpoint is as it was, and --resume goes on from it.")
SINTER_E2(2901, "module and runtime of different versions",
          "A compiled module can only be linked with the runtime of the same ABI version. Rebuild "
          "the model.")
SINTER_E2(2902, "inconsistent module table",
          "The compiled module's table contradicts itself; this is a defect of the compiler.")

// einsum and the products of one shape. einsum takes two operands at a time: what both have and
// nobody needs later is summed by a matrix product, batch axes stay axes of their own, so that
// "bhqd,bhkd->bhqk" is one matmul and nothing else. Reading on: include/sinter/ops/matmul.h.
#include "sinter/ops/matmul.h"

#include "frontend/src/Call.h"
#include "sinter/ops/elementwise.h"
#include "sinter/ops/reduce.h"
#include "sinter/ops/shape.h"

#include <algorithm>

namespace sinter {

using namespace detail;

//===--- Products of one shape ----------------------------------------------------------------===//

/// The ranks of both operands must be these; false: reported.
static bool haveRanks(Call &call, const Tensor &a, int64_t rankA, const Tensor &b, int64_t rankB,
                      const char *expects) {
  if (call.isPoison(a) || call.isPoison(b))
    return false;
  if (call.type(a).rank() == rankA && call.type(b).rank() == rankB)
    return true;
  call.fail("E0107",
            std::string("expects ") + expects + ", got " + toString(call.type(a)) + " and " +
                toString(call.type(b)),
            rankA == rankB && rankA > 1 ? "matmul's batch axes broadcast" : "", {a, b});
  return false;
}

Tensor mm(const Operand &a, const Operand &b, Loc loc) {
  Call call("mm", loc);
  Tensor x = call.tensor(a), y = call.tensor(b);
  return haveRanks(call, x, 2, y, 2, "matrices [m,k] and [k,n]") ? matmul(x, y) : call.poison();
}

Tensor bmm(const Operand &a, const Operand &b, Loc loc) {
  Call call("bmm", loc);
  Tensor x = call.tensor(a), y = call.tensor(b);
  if (!haveRanks(call, x, 3, y, 3, "stacks of matrices [batch,m,k] and [batch,k,n]"))
    return call.poison();
  if (call.type(x).dims[0] != call.type(y).dims[0])
    return call.fail("E0103",
                     "expects equal batches, got " + toString(call.type(x)) + " and " +
                         toString(call.type(y)),
                     "matmul's batch axes broadcast", {x, y});
  return matmul(x, y);
}

Tensor mv(const Operand &a, const Operand &x, Loc loc) {
  Call call("mv", loc);
  Tensor matrix = call.tensor(a), vector = call.tensor(x);
  if (!haveRanks(call, matrix, 2, vector, 1, "a matrix [m,k] and a vector [k]"))
    return call.poison();
  Tensor column = matmul(matrix, reshape(vector, {call.type(vector).dims[0], 1}));
  return call.isPoison(column) ? column : reshape(column, {call.type(matrix).dims[0]});
}

Tensor dot(const Operand &a, const Operand &b, Loc loc) {
  Call call("dot", loc);
  Tensor x = call.tensor(a), y = call.tensor(b);
  if (!haveRanks(call, x, 1, y, 1, "vectors [k]"))
    return call.poison();
  if (call.type(x).dims != call.type(y).dims)
    return call.fail("E0103",
                     "expects vectors of one size, got " + toString(call.type(x)) + " and " +
                         toString(call.type(y)),
                     "", {x, y});
  return sum(x * y);
}

//===--- einsum -------------------------------------------------------------------------------===//

namespace {
/// A tensor with a letter for each axis; the axes of '...' have the numbers from 1, the last first.
struct Term {
  Tensor value;
  std::string axes;

  bool has(char axis) const { return axes.find(axis) != std::string::npos; }
  int64_t size(char axis) const { return value.shape()[static_cast<int64_t>(axes.find(axis))]; }
  /// A product of sizes.
  int64_t sizes(const std::string &list) const {
    int64_t product = 1;
    for (char axis : list)
      product *= size(axis);
    return product;
  }
};

/// The subscripts of one call, taken apart.
class Subscripts {
public:
  Subscripts(Call &call, std::string text) : call(call), text(std::move(text)) {}
  /// False: reported.
  bool parse(const std::vector<Tensor> &operands);

  std::vector<Term> terms;
  std::string result;

private:
  bool refuse(const std::string &expects, const std::string &got) {
    call.fail("E0128", "expects " + expects + ", got " + got);
    return false;
  }
  bool addTerm(const Tensor &value, const std::string &part);
  bool addResult(const std::string &part);
  std::string implicitResult() const;
  /// '...' of an operand or of the result as axes.
  std::string ellipsis(int64_t count) const {
    std::string axes;
    for (int64_t i = count; i > 0; --i)
      axes += static_cast<char>(i);
    return axes;
  }

  Call &call;
  std::string text;
  int64_t broadcast = 0; ///< most axes that a '...' stands for
};
} // namespace

static bool isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Letters and at most one '...': its place is written as '.'; false: something else.
static bool readAxes(const std::string &part, std::string &axes) {
  for (size_t i = 0; i < part.size(); ++i) {
    if (isLetter(part[i])) {
      axes += part[i];
    } else if (part.compare(i, 3, "...") == 0 && axes.find('.') == std::string::npos) {
      axes += '.';
      i += 2;
    } else {
      return false;
    }
  }
  return true;
}

bool Subscripts::addTerm(const Tensor &value, const std::string &part) {
  Term term{value, {}};
  if (!readAxes(part, term.axes))
    return refuse("letters and at most one '...' for an operand", "'" + part + "'");
  int64_t rank = call.type(value).rank(), letters = static_cast<int64_t>(term.axes.size());
  size_t dots = term.axes.find('.');
  if (dots != std::string::npos) {
    int64_t more = rank - (letters - 1);
    if (more >= 0) {
      term.axes.replace(dots, 1, ellipsis(more));
      broadcast = std::max(broadcast, more);
    }
    letters = more >= 0 ? rank : letters - 1;
  }
  if (letters != rank) {
    call.fail("E0128",
              "expects a letter for each axis, got '" + part + "' for " +
                  toString(call.type(value)),
              "", {value});
    return false;
  }
  terms.push_back(term);
  return true;
}

std::string Subscripts::implicitResult() const {
  std::string all, once = ellipsis(broadcast);
  for (const Term &term : terms)
    all += term.axes;
  std::sort(all.begin(), all.end());
  for (char axis : all)
    if (isLetter(axis) && std::count(all.begin(), all.end(), axis) == 1)
      once += axis;
  return once;
}

bool Subscripts::addResult(const std::string &part) {
  if (!readAxes(part, result))
    return refuse("letters and at most one '...' for the result", "'" + part + "'");
  if (size_t dots = result.find('.'); dots != std::string::npos)
    result.replace(dots, 1, ellipsis(broadcast));
  for (char axis : result) {
    if (std::count(result.begin(), result.end(), axis) > 1)
      return refuse("each letter once in the result", "'" + part + "'");
    if (std::none_of(terms.begin(), terms.end(), [&](const Term &t) { return t.has(axis); }))
      return refuse("letters of operands in the result", "'" + part + "'");
  }
  return true;
}

bool Subscripts::parse(const std::vector<Tensor> &operands) {
  std::erase(text, ' ');
  size_t arrow = text.find("->");
  std::string left = text.substr(0, arrow) + ",";
  std::vector<std::string> parts;
  for (size_t begin = 0, end; (end = left.find(',', begin)) != std::string::npos; begin = end + 1)
    parts.push_back(left.substr(begin, end - begin));
  if (operands.empty() || parts.size() != operands.size())
    return refuse("subscripts of " + std::to_string(operands.size()) + " operands",
                  "'" + text + "'");
  for (size_t i = 0; i < parts.size(); ++i)
    if (!addTerm(operands[i], parts[i]))
      return false;
  std::map<char, std::pair<int64_t, Tensor>> sizes;
  for (const Term &term : terms)
    for (size_t i = 0; i < term.axes.size(); ++i) {
      int64_t size = call.type(term.value).dims[i];
      auto [known, fresh] = sizes.try_emplace(term.axes[i], size, term.value);
      bool twice = term.axes.find(term.axes[i]) != i; // a diagonal: nothing broadcasts
      if (known->second.first == 1 && size != 1 && !twice)
        known->second = {size, term.value};
      if (size != known->second.first && (size != 1 || twice)) {
        std::string name = isLetter(term.axes[i]) ? std::string(1, term.axes[i]) : "...";
        call.fail("E0128",
                  "expects one size for '" + name + "', got " +
                      std::to_string(known->second.first) + " and " + std::to_string(size),
                  "", {known->second.second, term.value});
        return false;
      }
    }
  if (arrow == std::string::npos)
    return result = implicitResult(), true;
  return addResult(text.substr(arrow + 2));
}

/// Letters of `axes` for which `keep` says so.
template <class F> static std::string filtered(const std::string &axes, F keep) {
  std::string list;
  for (char axis : axes)
    if (keep(axis))
      list += axis;
  return list;
}

/// Diagonals of letters that an operand has twice.
static Term withDiagonals(Term term) {
  for (size_t j = 0; j < term.axes.size();) {
    size_t i = term.axes.find(term.axes[j]);
    if (i == j) {
      ++j;
      continue;
    }
    std::vector<int64_t> rows(term.axes.size(), 1), columns = rows;
    rows[i] = columns[j] = term.size(term.axes[j]);
    Tensor same =
        iota(i32(rows), static_cast<int64_t>(i)) == iota(i32(columns), static_cast<int64_t>(j));
    term.value = sum(where(same, term.value, 0), static_cast<int64_t>(j));
    term.axes.erase(j, 1);
  }
  return term;
}

/// Summed over the letters that `wanted` has not.
static Term summed(Term term, const std::string &wanted) {
  std::vector<int64_t> axes;
  for (size_t i = 0; i < term.axes.size(); ++i)
    if (wanted.find(term.axes[i]) == std::string::npos)
      axes.push_back(static_cast<int64_t>(i));
  if (axes.empty())
    return term;
  return {sum(term.value, axes),
          filtered(term.axes, [&](char c) { return wanted.find(c) != std::string::npos; })};
}

/// Its axes in another order.
static Term ordered(const Term &term, const std::string &axes) {
  if (term.axes == axes)
    return term;
  std::vector<int64_t> perm;
  for (char axis : axes)
    perm.push_back(static_cast<int64_t>(term.axes.find(axis)));
  return {transpose(term.value, perm), axes};
}

/// A size of 1 beside a larger one is taken out: the letter is then the other's alone.
static Term withoutOnes(const Term &term, const Term &other) {
  std::string axes = filtered(term.axes, [&](char c) {
    return !(term.size(c) == 1 && other.has(c) && other.size(c) != 1);
  });
  std::vector<int64_t> shape;
  for (char axis : axes)
    shape.push_back(term.size(axis));
  return axes == term.axes ? term : Term{reshape(term.value, shape), axes};
}

/// Batch axes, then one axis of all rows, then one of all columns.
static Tensor asMatrices(const Term &term, const std::string &batch, const std::string &rows,
                         const std::string &columns) {
  std::vector<int64_t> shape;
  for (char axis : batch)
    shape.push_back(term.size(axis));
  shape.push_back(term.sizes(rows));
  shape.push_back(term.sizes(columns));
  Tensor value = ordered(term, batch + rows + columns).value;
  return rows.size() == 1 && columns.size() == 1 ? value : reshape(value, shape);
}

/// The product of two operands, summed over what neither the result nor a later operand has.
static Term contracted(Term a, Term b, const std::string &wanted) {
  a = summed(a, wanted + b.axes);
  b = summed(b, wanted + a.axes);
  a = withoutOnes(a, b);
  b = withoutOnes(b, a);
  a = summed(a, wanted + b.axes);
  b = summed(b, wanted + a.axes);
  auto isWanted = [&](char c) { return wanted.find(c) != std::string::npos; };
  std::string batch = filtered(a.axes, [&](char c) { return b.has(c) && isWanted(c); });
  std::string inner = filtered(a.axes, [&](char c) { return b.has(c) && !isWanted(c); });
  std::string rows = filtered(a.axes, [&](char c) { return !b.has(c); });
  std::string columns = filtered(b.axes, [&](char c) { return !a.has(c); });
  std::string axes = batch + rows + columns;
  std::vector<int64_t> shape;
  for (char axis : axes)
    shape.push_back(a.has(axis) ? a.size(axis) : b.size(axis));
  if (inner.empty()) { // elementwise: [batch,rows,1…] times [batch,1…,columns]
    std::vector<int64_t> left = shape, right = shape;
    std::fill(left.end() - static_cast<int64_t>(columns.size()), left.end(), 1);
    std::fill(right.begin() + static_cast<int64_t>(batch.size()),
              right.end() - static_cast<int64_t>(columns.size()), 1);
    return {reshape(ordered(a, batch + rows).value, left) *
                reshape(ordered(b, batch + columns).value, right),
            axes};
  }
  // As it lies, where a product can read it so.
  bool turnA = a.axes == batch + inner + rows && !rows.empty();
  bool turnB = b.axes == batch + columns + inner && !columns.empty();
  Tensor product =
      matmul(turnA ? asMatrices(a, batch, inner, rows) : asMatrices(a, batch, rows, inner),
             turnB ? asMatrices(b, batch, columns, inner) : asMatrices(b, batch, inner, columns),
             {.transpose_a = turnA, .transpose_b = turnB});
  return {rows.size() == 1 && columns.size() == 1 ? product : reshape(product, shape), axes};
}

Tensor einsum(const std::string &text, const std::vector<Tensor> &operands, Loc loc) {
  Call call("einsum", loc);
  std::vector<Tensor> values;
  for (const Tensor &operand : operands) {
    values.push_back(call.tensor(Operand(operand, loc)));
    if (call.isPoison(values.back()))
      return call.poison();
    if (call.type(values.back()).element != call.type(values.front()).element)
      return call.fail("E0101",
                       "expects operands of one element type, got " +
                           toString(call.type(values.front())) + " and " +
                           toString(call.type(values.back())),
                       "", {values.back()});
  }
  if (!call.inTrace())
    return call.poison();
  Subscripts subscripts(call, text);
  if (!subscripts.parse(values))
    return call.poison();
  std::vector<Term> &terms = subscripts.terms;
  for (Term &term : terms)
    term = withDiagonals(term);
  Term product = terms[0];
  for (size_t i = 1; i < terms.size(); ++i) {
    std::string wanted = subscripts.result;
    for (size_t later = i + 1; later < terms.size(); ++later)
      wanted += terms[later].axes;
    product = contracted(product, terms[i], wanted);
    if (call.isPoison(product.value))
      return call.poison();
  }
  return ordered(summed(product, subscripts.result), subscripts.result).value;
}

} // namespace sinter

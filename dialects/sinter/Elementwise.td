//===- Elementwise.td - one scalar function an element, NumPy broadcasting ------------------------------------------===//
//
// One record an op: name, scalar code, gradient. Its rule is that of its name, made of its line in
// rules/elementwise.def, as are its function in the DSL and the oracle's. In scalar code `s` is a ScalarBuilder
// (ScalarBuilder.h; s.math<Op> for any function of the math dialect) and x, y, z are the operands; in gradients `b` is the
// GradBuilder (b.apply<Op> for any unary op), `r` the result, and cotangents of broadcast operands are summed by b.sumTo.
// Reading on: OpBase.td.
//
//===--------------------------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_SINTER_ELEMENTWISE_TD
#define SINTER_DIALECTS_SINTER_ELEMENTWISE_TD

include "dialects/sinter/OpBase.td"

class Sinter_Elementwise<string opMnemonic, string rule, string scalar, Gradient gradient, list<Trait> traits = []>
    : Sinter_RuleOp<opMnemonic, gradient, rule, !listconcat([DeclareOpInterfaceMethods<MapOpInterface>, DeclareOpInterfaceMethods<BatchingInterface>], traits),
    !strconcat(BatchedBy<"batchBroadcasting">.text, [{
::llvm::SmallVector<int64_t> $cppClass::getMapDomain() { return ::llvm::to_vector(shapeOf((*this)->getResult(0))); }
::mlir::AffineMap $cppClass::getOperandAccess(unsigned i) { return getBroadcastAccess(*this, i); }
::mlir::AffineMap $cppClass::getResultAccess(unsigned i) { return getIdentityAccess(*this); }
void $cppClass::buildBody(::mlir::OpBuilder &builder, ::mlir::Location loc, ::mlir::ValueRange operands,
                          ::llvm::SmallVectorImpl<::mlir::Value> &results) {
  ScalarBuilder s(builder, loc);
  auto arg = [&](size_t i) { return i < operands.size() ? operands[i] : ::mlir::Value(); };
  ::mlir::Value x = arg(0), y = arg(1), z = arg(2);
  (void)x, (void)y, (void)z;
  results.push_back(}], scalar, ");\n}\n"
"::llvm::LogicalResult $cppClass::canonicalize($cppClass op, ::mlir::PatternRewriter &rewriter) { return dropBroadcasts(op, rewriter); }\n")> {
  let results = (outs Sinter_Tensor:$result);
  let hasCanonicalizeMethod = 1;
}

class Sinter_Unary<string m, string scalar, Gradient g, string rule = !strconcat("rules::", m, "(t(0))")>
    : Sinter_Elementwise<m, rule, scalar, g> {
  let arguments = (ins Sinter_Tensor:$input);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}
class Sinter_Binary<string m, string scalar, Gradient g, list<Trait> traits = []>
    : Sinter_Elementwise<m, !strconcat("rules::", m, "(t(0), t(1))"), scalar, g, traits> {
  let arguments = (ins Sinter_Tensor:$lhs, Sinter_Tensor:$rhs);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
}

def AddOp : Sinter_Binary<"add", "s.add(x, y)",
    GradientExpr<"  dx[0] = b.sumTo(dy[0], getLhs());\n  dx[1] = b.sumTo(dy[0], getRhs());">, [Commutative]> {
  let summary = "x + y";
}
def SubOp : Sinter_Binary<"sub", "s.sub(x, y)",
    GradientExpr<"  dx[0] = b.sumTo(dy[0], getLhs());\n  dx[1] = b.neg(b.sumTo(dy[0], getRhs()));">> {
  let summary = "x - y";
  let hasFolder = 1;
}
def MulOp : Sinter_Binary<"mul", "s.mul(x, y)", GradientExpr<[{
  dx[0] = b.sumTo(b.mul(dy[0], getRhs()), getLhs());
  dx[1] = b.sumTo(b.mul(dy[0], getLhs()), getRhs());}]>,
  [Commutative, DeclareOpInterfaceMethods<ParameterFoldInterface>]> {
  let summary = "x * y";
  let hasFolder = 1;
}
def DivOp : Sinter_Binary<"div", "s.div(x, y)", GradientExpr<[{
  ::mlir::Value q = b.div(dy[0], getRhs());
  dx[0] = b.sumTo(q, getLhs());
  dx[1] = b.neg(b.sumTo(b.mul(q, getResult()), getRhs()));}]>> {
  let summary = "x / y, floats only";
  let hasFolder = 1;
}
def FmodOp : Sinter_Binary<"fmod", "s.fmod(x, y)", GradientExpr<[{
  dx[0] = b.sumTo(dy[0], getLhs());
  // The divisor counts as often as it fits in: the quotient without its fraction.
  ::mlir::Value times = b.apply<RoundOp>(b.div(b.sub(getLhs(), getResult()), getRhs()));
  dx[1] = b.neg(b.sumTo(b.mul(dy[0], times), getRhs()));}]>> {
  let summary = "what x leaves when y is taken off as often as it fits, with the sign of x; of integers 0 where y is 0";
}
def MaxOp : Sinter_Binary<"max", "s.max(x, y)",
    GradientExpr<"  b.splitAt(\"gt\", getLhs(), getRhs(), dy[0], dx);">, [Commutative]> {
  let summary = "the larger of x and y; NaN propagates; a tie gives half of the cotangent to each side";
}
def MinOp : Sinter_Binary<"min", "s.min(x, y)",
    GradientExpr<"  b.splitAt(\"lt\", getLhs(), getRhs(), dy[0], dx);">, [Commutative]> {
  let summary = "the smaller of x and y; NaN propagates; a tie gives half of the cotangent to each side";
}
def PowOp : Sinter_Binary<"pow", "s.pow(x, y)", GradientExpr<[{
  ::mlir::Value one = b.constantLike(getRhs(), 1), zero = b.constantLike(getLhs(), 0);
  ::mlir::Value zeroOfExponent = b.constantLike(getRhs(), 0);
  // The slope of the base is 0 where the exponent is 0. At the base 0 the formula has 0 * 0^-1 there, which is NaN also in
  // derivatives of the slope; with an exponent of 1 in its place it is 0.
  ::mlir::Value isConstant = b.compare("eq", getRhs(), zeroOfExponent);
  ::mlir::Value less = b.select(isConstant, one, b.sub(getRhs(), one));
  ::mlir::Value raised = b.mul(b.mul(dy[0], getRhs()), b.pow(getLhs(), less));
  dx[0] = b.sumTo(b.select(isConstant, b.constantLike(getResult(), 0), raised), getLhs());
  // 0 where the base is 0 and its power is not infinite, as PyTorch has it: log(0) must not leak.
  ::mlir::Value slope = b.mul(dy[0], b.mul(getResult(), b.log(getLhs())));
  ::mlir::Value kept = b.select(b.compare("eq", getLhs(), zero), b.constantLike(getResult(), 0), slope);
  dx[1] = b.sumTo(b.select(b.compare("ge", getRhs(), zeroOfExponent), kept, slope), getRhs());}]>> {
  let summary = "x to the power of y";
}

def NegOp : Sinter_Unary<"neg", "s.neg(x)", GradientExpr<"  dx[0] = b.neg(dy[0]);">> {
  let summary = "-x";
  let hasFolder = 1;
}
def ExpOp : Sinter_Unary<"exp", "s.exp(x)", GradientExpr<"  dx[0] = b.mul(dy[0], getResult());">> {
  let summary = "e to the power of x";
}
def LogOp : Sinter_Unary<"log", "s.log(x)", GradientExpr<"  dx[0] = b.div(dy[0], getInput());">> {
  let summary = "natural logarithm";
}
def SqrtOp : Sinter_Unary<"sqrt", "s.sqrt(x)",
    GradientExpr<"  dx[0] = b.div(b.mul(dy[0], b.constantLike(getInput(), 0.5)), getResult());">> {
  let summary = "square root";
}
def RsqrtOp : Sinter_Unary<"rsqrt", "s.rsqrt(x)",
    GradientExpr<"  dx[0] = b.mul(b.mul(dy[0], b.constantLike(getInput(), -0.5)), b.div(getResult(), getInput()));">> {
  let summary = "1 / sqrt(x)";
}
def TanhOp : Sinter_Unary<"tanh", "s.tanh(x)", GradientExpr<[{
  dx[0] = b.mul(dy[0], b.sub(b.constantLike(getInput(), 1), b.mul(getResult(), getResult())));}]>> {
  let summary = "hyperbolic tangent";
}
def SigmoidOp : Sinter_Unary<"sigmoid", "s.sigmoid(x)", GradientExpr<[{
  dx[0] = b.mul(dy[0], b.mul(getResult(), b.sub(b.constantLike(getInput(), 1), getResult())));}]>> {
  let summary = "1 / (1 + exp(-x))";
}
def ReluOp : Sinter_Unary<"relu", "s.max(x, s.zero(x))", GradientExpr<[{
  ::mlir::Value zero = b.constantLike(getResult(), 0);
  dx[0] = b.select(b.compare("le", getResult(), zero), zero, dy[0]);}]>> {
  let summary = "max(x, 0); NaN propagates, in the gradient as well, which at 0 is 0 and is read off the result";
}
def AbsOp : Sinter_Unary<"abs", "s.abs(x)", GradientExpr<"  dx[0] = b.mul(dy[0], b.sign(getInput()));">> {
  let summary = "|x|; its gradient at 0 is 0";
}
def SignOp : Sinter_Unary<"sign", "s.sign(x)", GradientExpr<"  // constant but at 0">> {
  let summary = "-1, 0 or 1; 0 of NaN; its gradient is 0";
}
def FloorOp : Sinter_Unary<"floor", "s.math<::mlir::math::FloorOp>(x)", GradientExpr<"  // constant between steps">> {
  let summary = "the largest whole number <= x; its gradient is 0";
}
def CeilOp : Sinter_Unary<"ceil", "s.math<::mlir::math::CeilOp>(x)", GradientExpr<"  // constant between steps">> {
  let summary = "the smallest whole number >= x; its gradient is 0";
}
def RoundOp : Sinter_Unary<"round", "s.math<::mlir::math::RoundEvenOp>(x)", GradientExpr<"  // constant between steps">> {
  let summary = "the nearest whole number, of two the even one; its gradient is 0";
}
def TruncOp : Sinter_Unary<"trunc", "s.math<::mlir::math::TruncOp>(x)", GradientExpr<"  // constant between steps">> {
  let summary = "x without its fraction; its gradient is 0";
}
def SinOp : Sinter_Unary<"sin", "s.math<::mlir::math::SinOp>(x)", GradientExpr<"  dx[0] = b.mul(dy[0], b.apply<CosOp>(getInput()));">> {
  let summary = "sine";
}
def CosOp : Sinter_Unary<"cos", "s.math<::mlir::math::CosOp>(x)", GradientExpr<[{
  dx[0] = b.neg(b.mul(dy[0], b.apply<SinOp>(getInput())));}]>> {
  let summary = "cosine";
}
def TanOp : Sinter_Unary<"tan", "s.math<::mlir::math::TanOp>(x)", GradientExpr<[{
  dx[0] = b.mul(dy[0], b.add(b.constantLike(getInput(), 1), b.mul(getResult(), getResult())));}]>> {
  let summary = "tangent";
}
def SinhOp : Sinter_Unary<"sinh", "s.math<::mlir::math::SinhOp>(x)", GradientExpr<"  dx[0] = b.mul(dy[0], b.apply<CoshOp>(getInput()));">> {
  let summary = "hyperbolic sine";
}
def CoshOp : Sinter_Unary<"cosh", "s.math<::mlir::math::CoshOp>(x)", GradientExpr<"  dx[0] = b.mul(dy[0], b.apply<SinhOp>(getInput()));">> {
  let summary = "hyperbolic cosine";
}

/// An inverse of a circular or hyperbolic function; `slope` is written in dy[0], one and square, which is x * x.
class Sinter_Arc<string m, string op, string slope> : Sinter_Unary<m, !strconcat("s.math<::mlir::math::", op, ">(x)"),
    GradientExpr<!strconcat([{
  ::mlir::Value one = b.constantLike(getInput(), 1), square = b.mul(getInput(), getInput());
  dx[0] = }], slope, ";")>>;

def AsinOp : Sinter_Arc<"asin", "AsinOp", "b.mul(dy[0], b.apply<RsqrtOp>(b.sub(one, square)))"> {
  let summary = "angle of a sine, in [-pi/2, pi/2]";
}
def AcosOp : Sinter_Arc<"acos", "AcosOp", "b.neg(b.mul(dy[0], b.apply<RsqrtOp>(b.sub(one, square))))"> {
  let summary = "angle of a cosine, in [0, pi]";
}
def AtanOp : Sinter_Arc<"atan", "AtanOp", "b.div(dy[0], b.add(one, square))"> {
  let summary = "angle of a tangent, in (-pi/2, pi/2)";
}
def AsinhOp : Sinter_Arc<"asinh", "AsinhOp", "b.mul(dy[0], b.apply<RsqrtOp>(b.add(square, one)))"> {
  let summary = "inverse of sinh";
}
def AcoshOp : Sinter_Arc<"acosh", "AcoshOp", "b.mul(dy[0], b.apply<RsqrtOp>(b.sub(square, one)))"> {
  let summary = "inverse of cosh";
}
def AtanhOp : Sinter_Arc<"atanh", "AtanhOp", "b.div(dy[0], b.sub(one, square))"> {
  let summary = "inverse of tanh";
}
def Atan2Op : Sinter_Binary<"atan2", "s.math<::mlir::math::Atan2Op>(x, y)", GradientExpr<[{
  ::mlir::Value square = b.add(b.mul(getLhs(), getLhs()), b.mul(getRhs(), getRhs())), zero = b.constantLike(square, 0);
  // 0 at the origin, as PyTorch has it; nothing is divided by 0 there, so that derivatives of this are 0, too.
  ::mlir::Value isOrigin = b.compare("eq", square, zero);
  ::mlir::Value slope = b.div(b.select(isOrigin, zero, dy[0]), b.select(isOrigin, b.constantLike(square, 1), square));
  dx[0] = b.sumTo(b.mul(slope, getRhs()), getLhs());
  dx[1] = b.neg(b.sumTo(b.mul(slope, getLhs()), getRhs()));}]>> {
  let summary = "angle of the point (y, x), in [-pi, pi]";
}
def Log1pOp : Sinter_Unary<"log1p", "s.math<::mlir::math::Log1pOp>(x)", GradientExpr<[{
  dx[0] = b.div(dy[0], b.add(b.constantLike(getInput(), 1), getInput()));}]>> {
  let summary = "log(1 + x), also where x is small";
}
def Expm1Op : Sinter_Unary<"expm1", "s.math<::mlir::math::ExpM1Op>(x)", GradientExpr<[{
  dx[0] = b.mul(dy[0], b.add(b.constantLike(getInput(), 1), getResult()));}]>> {
  let summary = "exp(x) - 1, also where x is small";
}
/// `top` is the slope at 0, 2/sqrt(pi) or less that.
class Sinter_ErrorFunction<string m, string function, string top>
    : Sinter_Unary<m, "s.math<::mlir::math::" # function # ">(x)", GradientExpr<[{
  ::mlir::Value slope = b.exp(b.neg(b.mul(getInput(), getInput())));
  dx[0] = b.mul(dy[0], b.mul(b.constantLike(getInput(), }] # top # "), slope));">>;
def ErfOp : Sinter_ErrorFunction<"erf", "ErfOp", "1.1283791670955126"> {
  let summary = "error function";
}
def ErfcOp : Sinter_ErrorFunction<"erfc", "ErfcOp", "-1.1283791670955126"> {
  let summary = "1 - erf(x), also where erf(x) rounds to 1";
}
def SoftplusOp : Sinter_Unary<"softplus",
    "s.add(s.max(x, s.zero(x)), s.math<::mlir::math::Log1pOp>(s.exp(s.neg(s.abs(x)))))",
    GradientExpr<"  dx[0] = b.mul(dy[0], b.apply<SigmoidOp>(getInput()));">> {
  let summary = "log(1 + exp(x)), as max(x, 0) + log(1 + exp(-|x|)): neither overflows";
}

def CompareOp : Sinter_Elementwise<"compare", "rules::compare(t(0), t(1), getPredicate().str())",
    "s.compare(getPredicate(), x, y)", NoGradient<"a comparison is piecewise constant">> {
  let summary = "predicate: eq ne lt le gt ge; false when an operand is NaN, but for ne";
  let arguments = (ins StrAttr:$predicate, Sinter_Tensor:$lhs, Sinter_Tensor:$rhs);
  let assemblyFormat = "$predicate $lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
}
def SelectOp : Sinter_Elementwise<"select", "rules::select(t(0), t(1), t(2))", "s.select(x, y, z)", GradientExpr<[{
  ::mlir::Value zero = b.constantLike(getResult(), 0);
  dx[1] = b.sumTo(b.select(getCondition(), dy[0], zero), getLhs());
  dx[2] = b.sumTo(b.select(getCondition(), zero, dy[0]), getRhs());}]>> {
  let summary = "condition ? x : y";
  let arguments = (ins Sinter_Tensor:$condition, Sinter_Tensor:$lhs, Sinter_Tensor:$rhs);
  let assemblyFormat = "$condition `,` $lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
}
def CastOp : Sinter_Unary<"cast", "s.cast(x, ::mlir::getElementTypeOrSelf(getResult().getType()))", GradientExpr<[{
  if (::llvm::isa<::mlir::FloatType>(::mlir::getElementTypeOrSelf(getInput().getType())))
    dx[0] = b.cast(dy[0], ::mlir::getElementTypeOrSelf(getInput().getType()));}]>,
    "rules::cast(t(0), toRule(getResult().getType()).element)"> {
  let summary = "another element type; floats to integers truncate and saturate, NaN gives 0; i1 is x != 0";
  let hasFolder = 1;
}
def LogicalAndOp : Sinter_Binary<"logical_and", "s.logicalAnd(x, y)", NoGradient<"a logical value has no gradient">, [Commutative]> {
  let summary = "x and y";
}
def LogicalOrOp : Sinter_Binary<"logical_or", "s.logicalOr(x, y)", NoGradient<"a logical value has no gradient">, [Commutative]> {
  let summary = "x or y";
}
def LogicalNotOp : Sinter_Unary<"logical_not", "s.logicalNot(x)", NoGradient<"a logical value has no gradient">> {
  let summary = "not x";
}

#endif

//===- OpBase.td - base classes of `sinter` ops ---------------------------------------------------------------------===//
//
// The gradient is a required argument of every op (architecture §4): forgetting it fails the build.
// Reading on: Interfaces.td; GradBuilder.h (what an inline gradient can call); Elementwise.td (examples).
//
//===--------------------------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_SINTER_OPBASE_TD
#define SINTER_DIALECTS_SINTER_OPBASE_TD

include "dialects/sinter/Dialect.td"
include "dialects/sinter/Interfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

/// How an op is differentiated: code of buildGradient, or a reason.
class Gradient<string cppBody, string whyNot> { string body = cppBody; string reason = whyNot; }
/// Written out in the family's .cpp file as `LogicalResult XOp::buildGradient(GradBuilder &b, ValueRange dy, SmallVectorImpl<Value> &dx)`.
def GradientInCpp : Gradient<"", "">;
/// Inline statements; see `b` (GradBuilder), `dy`, `dx`, and the op's accessors. Example: `dx[0] = b.mul(dy[0], getRhs());`
/// dx arrives with one null Value an operand.
class GradientExpr<string body> : Gradient<!strconcat(body, "\n"), "">;
/// Not differentiable; the reason is shown to a user whose loss goes through the op, and listed in a golden (D32).
class NoGradient<string why> : Gradient<"  if (true) return b.refuse(*this, getNoGradientReason());", why>;

/// Differentiated by the pass, which goes into the op's bodies (passes/gradient/Control.cpp).
def GradientOfBody : Gradient<"  return b.refuse(*this, \"its bodies are differentiated by the pass\");", "">;

/// A derivative, which the pass expands.
def GradientOfDerivative : NoGradient<"it is expanded in program order, so that later ones meet its expansion">;

/// Tensors of static shape; an encoding is a layout and changes no meaning.
def Sinter_Tensor : StaticShapeTensorOf<[F32, F64, I32, I64, I8, I1, BF16, F16]>;

/// Base of all ops. `members` is C++ put behind the gradient in the op's definitions ($cppClass is its class).
class Sinter_Op<string opMnemonic, Gradient gradient, list<Trait> traits = [], string members = "">
    : Op<Sinter_Dialect, opMnemonic, !listconcat(traits, [DeclareOpInterfaceMethods<GradientInterface>])> {
  let extraClassDefinition = !strconcat(
    "::llvm::StringRef $cppClass::getNoGradientReason() { return \"", gradient.reason, "\"; }\n",
    !if(!empty(gradient.body), "",
      !strconcat("::llvm::LogicalResult $cppClass::buildGradient(::sinter::ir::GradBuilder &b, ::mlir::ValueRange dy, "
                 "::llvm::SmallVectorImpl<::mlir::Value> &dx) {\n", gradient.body, "\n  return ::mlir::success();\n}\n")),
    members);
}

/// Batching rules that several families share; see GradBuilder.
class BatchedBy<string method> {
  string text = !strconcat("::mlir::Value $cppClass::buildBatched(::sinter::ir::GradBuilder &b, ::mlir::ValueRange operands, "
    "::llvm::ArrayRef<bool> stacked) { return b.", method, "(*this, operands, stacked); }\n");
}

/// An op that is checked by a rule of dialects/rules; `rule` is an expression over t(i), the type of operand i.
class Sinter_RuleOp<string opMnemonic, Gradient gradient, string rule, list<Trait> traits = [], string members = "">
    : Sinter_Op<opMnemonic, gradient, !listconcat([Pure, DeclareOpInterfaceMethods<RuleOpInterface>], traits), !strconcat(
        "::sinter::rules::Result<std::vector<::sinter::rules::Type>> $cppClass::getRuleTypes() {\n"
        "  auto t = [&](unsigned i) { return toRule((*this)->getOperand(i).getType()); };\n"
        "  (void)t;\n  return listTypes(", rule, ");\n}\n"
        "::llvm::LogicalResult $cppClass::verify() {\n  if (failed(verifyLayouts(*this)))\n    return ::mlir::failure();\n"
        "  return verifyRule(*this, getRuleTypes());\n}\n", members)> {
  let hasVerifier = 1;
}

#endif

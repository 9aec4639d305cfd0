using MetaGrains.Core.Machine;

namespace MetaGrains.Core.Incidents;

/// <summary>What makes two failures the same.</summary>
/// <param name="Kind">What it means for an account.</param>
/// <param name="Code">Meta's error code; null for no answer, or for one without a code.</param>
/// <param name="Subcode">Meta's error subcode.</param>
public readonly record struct ErrorSignature(FailureKind Kind, int? Code, int? Subcode)
{
    /// <summary>The signature of a failure.</summary>
    public static ErrorSignature Of(RunFailure failure) => new(failure.Kind, failure.Code, failure.Subcode);

    /// <summary>The signature of a failure that is remembered.</summary>
    public static ErrorSignature Of(LastError error) => new(error.Kind, error.Code, error.Subcode);

    /// <summary><c>error 2</c>, <c>error 1/99</c> or <c>no usable answer</c>.</summary>
    public override string ToString() => Code is null ? "no usable answer" : $"error {Code}{(Subcode is null ? "" : $"/{Subcode}")}";
}

using MetaGrains.GraphSimulator.Http;

namespace MetaGrains.GraphSimulator.Reports;

/// <summary>The error fields of a run that an injected fault lets fail; -2/2490547 unless another code is named.</summary>
internal static class ReportFailure
{
    private const int Failed = -2;
    private const int FailedSubcode = 2490547;

    public static GraphError Of(InjectedFault fault) => fault.Code is { } code
        ? new GraphError(code, fault.Message ?? "The report failed.") { Subcode = fault.Subcode }
        : new GraphError(Failed, "The report failed. Please try again later.") { Subcode = FailedSubcode };
}

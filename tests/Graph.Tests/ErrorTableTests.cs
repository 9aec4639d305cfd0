using MetaGrains.Graph.Errors;
using static MetaGrains.Graph.Errors.GraphErrorKind;
using static MetaGrains.Graph.Errors.ThrottleScope;

namespace MetaGrains.Graph.Tests;

public sealed class ErrorTableTests
{
    /// <summary>Section 5.2 of the contract, line by line, and the family of 5.3.</summary>
    public static TheoryData<int, int?, string, GraphErrorKind, ThrottleScope> Contract { get; } = new()
    {
        { 1, null, "Please reduce the amount of data you're asking for, then retry your request", TooMuchData, None },
        { 1, 99, "An unknown error occurred", Transient, None },
        { 1, 2853001, "", Permanent, None },
        { 1, null, "An unknown error occurred", Transient, None },
        { 1, 12345, "", Transient, None },
        { 2, null, "Service temporarily unavailable", Transient, None },
        { 2, 1504038, "", TooMuchData, None },
        { 2, 1504041, "", Permanent, None },
        { 2, 1504042, "", Permanent, None },
        { 2, 1504043, "", Transient, None },
        { 2, 1504044, "", Transient, None },
        { -2, 2490547, "", Transient, None },
        { -3, 1504045, "", TooMuchData, None },
        { 3, null, "", Permanent, None },
        { 4, null, "", Throttled, App },
        { 4, 1504022, "", Throttled, InsightsPlatform },
        { 4, 1504039, "", Throttled, InsightsPlatform },
        { 10, null, "", Permission, None },
        { 17, null, "", Throttled, User },
        { 17, 2446079, "", Throttled, AccountScore },
        { 17, 1885172, "", Permanent, None },
        { 32, null, "", Throttled, User },
        { 100, null, "(#100) Tried accessing nonexisting field", Permanent, None },
        { 100, null, "The After Cursor specified exceeds the max limit supported by this endpoint", TooMuchData, None },
        { 100, 33, "", Gone, None },
        { 100, 1487534, "", TooMuchData, None },
        { 100, 1504018, "", TooMuchData, None },
        { 100, 3191001, "", Permission, None },
        { 100, 36009, "", Permanent, None },
        { 100, 36007, "", Permanent, None },
        { 100, null, "Missing permissions", Permission, None },
        { 102, null, "", Reauthorise, None },
        { 104, null, "", Permanent, None },
        { 190, null, "", Reauthorise, None },
        { 190, 458, "", Reauthorise, None },
        { 190, 459, "", Reauthorise, None },
        { 190, 460, "", Reauthorise, None },
        { 190, 463, "", Reauthorise, None },
        { 190, 464, "", Reauthorise, None },
        { 190, 467, "", Reauthorise, None },
        { 190, 492, "", Reauthorise, None },
        { 200, null, "", Permission, None },
        { 273, null, "", Permission, None },
        { 294, null, "", Permission, None },
        { 299, null, "", Permission, None },
        { 341, null, "", Throttled, App },
        { 368, null, "", Throttled, User },
        { 506, null, "", Permanent, None },
        { 613, null, "Calls to this api have exceeded the rate limit", Throttled, App },
        { 613, 1487742, "", Throttled, AccountScore },
        { 613, 1996, "", Throttled, App },
        { 613, 5044001, "", Throttled, AccountScore },
        { 613, 1487632, "", Throttled, AccountScore },
        { 613, 1487225, "", Throttled, AccountScore },
        { 960, null, "", Transient, None },
        { 2500, null, "", Permanent, None },
        { 2601, null, "", Transient, None },
        { 2635, null, "", Permanent, None },
        { 2642, null, "", InvalidAnswer, None },
        { 2650, null, "", Transient, None },
        { 3018, null, "", Permanent, None },
        { 5000, null, "", Transient, None },
        { 80000, 2446079, "", Throttled, BusinessUseCase },
        { 80001, null, "", Throttled, BusinessUseCase },
        { 80002, null, "", Throttled, BusinessUseCase },
        { 80003, 2446079, "", Throttled, BusinessUseCase },
        { 80004, 2446079, "", Throttled, BusinessUseCase },
        { 80005, null, "", Throttled, BusinessUseCase },
        { 80006, null, "", Throttled, BusinessUseCase },
        { 80008, null, "", Throttled, BusinessUseCase },
        { 80009, null, "", Throttled, BusinessUseCase },
        { 80014, null, "", Throttled, BusinessUseCase },
        { 1487534, null, "", TooMuchData, None },
        { 1487742, null, "", Throttled, AccountScore },
        { 803, null, "", Gone, None },
    };

    [Theory]
    [MemberData(nameof(Contract))]
    public void Every_code_means_what_the_contract_says(int code, int? subcode, string message, GraphErrorKind kind, ThrottleScope scope)
    {
        var row = GraphErrorTable.Classify(new GraphError { Code = code, Subcode = subcode, Message = message }, 400);

        Assert.Equal((kind, scope), (row.Kind, row.Scope));
        Assert.NotEmpty(row.Advice);
    }

    [Fact]
    public void Every_line_of_the_table_is_tested()
    {
        var tested = Contract.Select(row => GraphErrorTable.Classify(
            new GraphError { Code = (int)row[0], Subcode = (int?)row[1], Message = (string)row[2] }, 400)).ToHashSet();

        Assert.DoesNotContain(GraphErrorRows.All, row => !tested.Contains(row));
    }

    [Theory]
    [InlineData(null, null, true, 400, Transient)]
    [InlineData(99999, null, true, 400, Transient)]
    [InlineData(99999, null, false, 400, Permanent)]
    [InlineData(99999, null, null, 500, Transient)]
    [InlineData(-1, 1487534, null, 400, TooMuchData)]
    [InlineData(null, null, null, 429, Throttled)]
    [InlineData(null, null, null, 400, Permanent)]
    public void An_unknown_code_is_judged_by_its_subcode_flag_and_status(int? code, int? subcode, bool? transient, int status, GraphErrorKind kind) =>
        Assert.Equal(kind, GraphErrorTable.Classify(new GraphError { Code = code, Subcode = subcode, IsTransient = transient }, status).Kind);

    [Fact]
    public void A_throttle_always_has_a_scope_and_nothing_else_has() =>
        Assert.All(GraphErrorRows.All, row => Assert.Equal(row.Kind == Throttled, row.Scope != None));
}

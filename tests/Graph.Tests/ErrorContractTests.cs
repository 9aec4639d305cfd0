using System.Text;
using MetaGrains.Core.Sync;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Tests.Support;
using MetaGrains.Graph.Usage;
using static MetaGrains.Graph.Errors.GraphErrorKind;
using static MetaGrains.Graph.Errors.ThrottleScope;

namespace MetaGrains.Graph.Tests;

/// <summary>Sections 5.2 and 5.3 of the contract: each row by its name, from the body that Meta sends to what a caller does.</summary>
public sealed class ErrorContractTests
{
    public static TheoryData<string, int, int?, int, string, GraphErrorKind, ThrottleScope, Excess> Table { get; } = new()
    {
        { "1 reduce the amount of data", 1, null, 500, "Please reduce the amount of data you're asking for, then retry your request", TooMuchData, None, Excess.Page },
        { "1/99 unknown, or a wrong level", 1, 99, 500, "An unknown error occurred", Transient, None, Excess.Unclear },
        { "1/2853001 page or profile not linked", 1, 2853001, 400, "", Permanent, None, Excess.None },
        { "1 other", 1, null, 400, "An unknown error has occurred.", Transient, None, Excess.None },
        { "2 service temporarily unavailable", 2, null, 500, "Service temporarily unavailable", Transient, None, Excess.None },
        { "2/1504038 insights sync timeout", 2, 1504038, 400, "", TooMuchData, None, Excess.Time },
        { "2/1504041 invalid breakdowns", 2, 1504041, 400, "", Permanent, None, Excess.None },
        { "2/1504042 invalid custom metrics", 2, 1504042, 400, "", Permanent, None, Excess.None },
        { "2/1504043 intermittent", 2, 1504043, 400, "", Transient, None, Excess.None },
        { "2/1504044 unknown insights error", 2, 1504044, 400, "", Transient, None, Excess.None },
        { "-2/2490547 report failed", -2, 2490547, 200, "", Transient, None, Excess.None },
        { "-3/1504045 report too large", -3, 1504045, 200, "", TooMuchData, None, Excess.Data },
        { "3 capability missing", 3, null, 400, "", Permanent, None, Excess.None },
        { "4 app request limit", 4, null, 400, "(#4) Application request limit reached", Throttled, App, Excess.None },
        { "4/1504022 insights throttle of the app", 4, 1504022, 400, "", Throttled, InsightsPlatform, Excess.None },
        { "4/1504039 insights throttle by global load", 4, 1504039, 400, "", Throttled, InsightsPlatform, Excess.None },
        { "10 permission not granted or removed", 10, null, 403, "", Permission, None, Excess.None },
        { "17 user request limit", 17, null, 400, "(#17) User request limit reached", Throttled, User, Excess.None },
        { "17/2446079 ad account score", 17, 2446079, 400, "", Throttled, AccountScore, Excess.None },
        { "17/1885172 spend cap changed too often", 17, 1885172, 400, "", Permanent, None, Excess.None },
        { "32 page limit", 32, null, 400, "", Throttled, User, Excess.None },
        { "100 invalid parameter", 100, null, 400, "(#100) Tried accessing nonexisting field (x) on node type (Y)", Permanent, None, Excess.None },
        { "100 deep cursor", 100, null, 400, "(#100) The After Cursor specified exceeds the max limit supported by this endpoint", TooMuchData, None, Excess.Pages },
        { "100/33 object missing", 100, 33, 400, "Unsupported get request. Object with ID '1' does not exist", Gone, None, Excess.None },
        { "100/1487534 data per call", 100, 1487534, 400, "", TooMuchData, None, Excess.Data },
        { "100/1504018 insights sync timeout", 100, 1504018, 400, "", TooMuchData, None, Excess.Time },
        { "100/3191001 insights permission", 100, 3191001, 400, "", Permission, None, Excess.None },
        { "100/36009 code used", 100, 36009, 400, "", Permanent, None, Excess.None },
        { "100/36007 code expired", 100, 36007, 400, "", Permanent, None, Excess.None },
        { "100 missing permissions", 100, null, 400, "(#100) Missing permissions", Permission, None, Excess.None },
        { "102 session invalid", 102, null, 400, "", Reauthorise, None, Excess.None },
        { "104 incorrect signature", 104, null, 400, "", Permanent, None, Excess.None },
        { "190 invalid token", 190, null, 401, "", Reauthorise, None, Excess.None },
        { "190/458 app removed", 190, 458, 400, "", Reauthorise, None, Excess.None },
        { "190/459 checkpointed", 190, 459, 400, "", Reauthorise, None, Excess.None },
        { "190/460 password changed", 190, 460, 400, "", Reauthorise, None, Excess.None },
        { "190/463 expired", 190, 463, 400, "", Reauthorise, None, Excess.None },
        { "190/464 unconfirmed user", 190, 464, 400, "", Reauthorise, None, Excess.None },
        { "190/467 revoked", 190, 467, 400, "", Reauthorise, None, Excess.None },
        { "190/492 page role missing", 190, 492, 400, "", Reauthorise, None, Excess.None },
        { "200 permission", 200, null, 403, "(#200) Requires business_management permission to manage the object", Permission, None, Excess.None },
        { "273 permission", 273, null, 400, "", Permission, None, Excess.None },
        { "294 needs ads_management", 294, null, 400, "", Permission, None, Excess.None },
        { "299 permission", 299, null, 400, "", Permission, None, Excess.None },
        { "341 application limit", 341, null, 400, "", Throttled, App, Excess.None },
        { "368 blocked for policy", 368, null, 400, "", Throttled, User, Excess.None },
        { "506 duplicate post", 506, null, 400, "", Permanent, None, Excess.None },
        { "613 abuse prevention", 613, null, 400, "(#613) Calls to this api have exceeded the rate limit.", Throttled, App, Excess.None },
        { "613/1487742 ad account score", 613, 1487742, 400, "", Throttled, AccountScore, Excess.None },
        { "613/1996 abrupt change of volume", 613, 1996, 400, "", Throttled, App, Excess.None },
        { "613/5044001 mutations", 613, 5044001, 400, "", Throttled, AccountScore, Excess.None },
        { "613/1487632 budget changes", 613, 1487632, 400, "", Throttled, AccountScore, Excess.None },
        { "613/1487225 ad creation", 613, 1487225, 400, "", Throttled, AccountScore, Excess.None },
        { "960 batch item timed out", 960, null, 400, "", Transient, None, Excess.None },
        { "2500 query, token or path", 2500, null, 400, "Unknown path components: /x", Permanent, None, Excess.None },
        { "2601 report cannot be accessed", 2601, null, 400, "", Transient, None, Excess.None },
        { "2635 dead version", 2635, null, 400, "", Permanent, None, Excess.None },
        { "2642 invalid cursor", 2642, null, 400, "", InvalidAnswer, None, Excess.None },
        { "2650 service error", 2650, null, 400, "", Transient, None, Excess.None },
        { "3018 beyond 37 months", 3018, null, 400, "(#3018) The start date of the time range cannot be beyond 37 months from the current date", Permanent, None, Excess.None },
        { "5000 unknown", 5000, null, 400, "", Transient, None, Excess.None },
        { "80000 ads insights", 80000, 2446079, 400, "", Throttled, BusinessUseCase, Excess.None },
        { "80001 pages", 80001, null, 400, "", Throttled, BusinessUseCase, Excess.None },
        { "80002 instagram", 80002, null, 400, "", Throttled, BusinessUseCase, Excess.None },
        { "80003 custom audience", 80003, 2446079, 400, "", Throttled, BusinessUseCase, Excess.None },
        { "80004 ads management", 80004, 2446079, 400, "", Throttled, BusinessUseCase, Excess.None },
        { "80005 leadgen", 80005, null, 400, "", Throttled, BusinessUseCase, Excess.None },
        { "80006 messenger", 80006, null, 400, "", Throttled, BusinessUseCase, Excess.None },
        { "80008 whatsapp", 80008, null, 400, "", Throttled, BusinessUseCase, Excess.None },
        { "80009 catalog", 80009, null, 400, "", Throttled, BusinessUseCase, Excess.None },
        { "80014 catalog batch", 80014, null, 400, "", Throttled, BusinessUseCase, Excess.None },
        { "a subcode in the place of the code", 1487534, null, 400, "", TooMuchData, None, Excess.Data },
        { "a seven-digit code that nobody knows", 1487901, null, 400, "", Permanent, None, Excess.None },
    };

    /// <summary>Section 5.3: everything that wants a smaller question.</summary>
    public static TheoryData<string, string, int, Excess> TooMuch { get; } = new()
    {
        { "1 reduce the amount of data", Pages.Error(1, null, "Please reduce the amount of data you're asking for, then retry your request"), 500, Excess.Page },
        { "100/1487534", Pages.Error(100, 1487534), 400, Excess.Data },
        { "100/1504018", Pages.Error(100, 1504018), 400, Excess.Time },
        { "2/1504038", Pages.Error(2, 1504038), 400, Excess.Time },
        { "async -3/1504045", Pages.Error(-3, 1504045), 200, Excess.Data },
        { "1/99 repeated", Pages.Error(1, 99), 500, Excess.Unclear },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Each_row_of_the_table_of_codes(
        string row, int code, int? subcode, int status, string message, GraphErrorKind kind, ThrottleScope scope, Excess excess)
    {
        var failure = Read(Pages.Error(code, subcode, message), status);

        Assert.True((kind, scope, excess) == (failure.Kind, failure.Scope, failure.Excess), $"{row}: {failure.Kind} {failure.Scope} {failure.Excess}");
        Assert.Equal(kind == Throttled, failure.RateLimited);
        // After Meta's own words and the codes, a sentence says what to do.
        Assert.EndsWith(".", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.Message.Length - failure.Message.IndexOf("] ", StringComparison.Ordinal) > 20, failure.Message);
    }

    [Theory]
    [MemberData(nameof(TooMuch))]
    public async Task Each_row_of_the_family_that_wants_a_smaller_question(string row, string body, int status, Excess excess)
    {
        await using var graph = await ScriptedGraph.StartAsync();
        for (var attempt = 0; attempt < 4; attempt++)
            graph.Answer(body, status);
        // At the smallest page there is nothing left that the client could do alone.
        await using var client = new GraphClient(graph.Address, configure: options => options.PageLimit = 8);

        var failure = await Assert.ThrowsAsync<GraphException>(() => client.ReadAllAsync(Pages.Query()));

        Assert.True(excess == failure.Excess, $"{row}: {failure.Excess}");
        Assert.Equal(excess == Excess.Unclear ? 4 : 1, failure.Calls);
    }

    [Theory]
    [InlineData(368, null)]
    [InlineData(613, null)]
    [InlineData(613, 1996)]
    [InlineData(2635, null)]
    public void What_a_person_should_look_at_is_an_alert(int code, int? subcode) => Assert.True(Read(Pages.Error(code, subcode), 400).Alert);

    [Theory]
    [InlineData("""{"361744628296290":[{"type":"ads_management","call_count":3,"estimated_time_to_regain_access":0},{"type":"ads_insights","call_count":118,"estimated_time_to_regain_access":47}]}""", "ads_insights")]
    [InlineData("""{"361744628296290":[{"type":"ads_management","call_count":3},{"type":"ads_insights","total_cputime":100}],"7":[{"type":"pages","call_count":200}]}""", "ads_insights")]
    [InlineData("""{"77":[{"type":"ads_management","estimated_time_to_regain_access":2}]}""", "ads_management")]
    [InlineData("""{"361744628296290":[{"type":"ads_insights","call_count":20}]}""", null)]
    public void The_blocked_use_case_is_what_the_header_says_and_not_the_code(string header, string? useCase)
    {
        var usage = UsageHeaders.Parse(name => name == "X-Business-Use-Case-Usage" ? header : null);

        Assert.Equal(useCase, Read(Pages.Error(80004, 2446079), 400, usage).UseCase);
    }

    private static GraphException Read(string body, int status, UsageObservation? usage = null)
    {
        var error = GraphErrorReader.ReadBody(Encoding.UTF8.GetBytes(body), new Scrubber(GraphClient.AccessToken));
        return GraphException.Refused(error!, "insights", Pages.Account, status, usage ?? UsageObservation.Unknown);
    }
}

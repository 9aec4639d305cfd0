using MetaGrains.Core.Sync;
using static MetaGrains.Graph.Errors.GraphErrorKind;
using static MetaGrains.Graph.Errors.ThrottleScope;

namespace MetaGrains.Graph.Errors;

/// <summary>The lines of <see cref="GraphErrorTable"/>, as data.</summary>
internal static class GraphErrorRows
{
    private const string Async = "Meta ran out of time: ask by an asynchronous report, or for fewer days, fields or breakdowns.";
    private const string Later = "Meta is to blame; it is tried again.";
    private const string Reconnect = "Connect the Meta account again to get a new token.";
    private const string Grant = "Grant ads_read on this ad account to the person or system user behind the token.";
    private const string Rest = "No call counts against this limit until it has passed.";
    private const string Fix = "The request itself is wrong: fix the report definition. Repeating it lowers the insights quota.";
    private const string NotOurs = "This client never makes such calls; another use of the app does.";

    /// <summary>Every line, in the order of the codes.</summary>
    public static IReadOnlyList<GraphErrorRow> All { get; } =
    [
        new(-3, 1504045, TooMuchData, None, "The report is too large: fewer days, fields or breakdowns, or half of the objects.", Excess: Excess.Data),
        new(-2, 2490547, Transient, None, "The report failed on Meta's side; ask for it again later."),
        new(1, null, TooMuchData, None, "Lower the page limit, or ask for fewer days or fields.", Says: "reduce the amount of data", Excess: Excess.Page),
        new(1, null, Transient, None, Later),
        new(1, 99, Transient, None, "Meta is to blame; if it persists, ask for less and check the level.", Excess: Excess.Unclear),
        new(1, 2853001, Permanent, None, "Link the page or profile to the business first."),
        new(2, null, Transient, None, Later),
        new(2, 1504038, TooMuchData, None, Async, Excess: Excess.Time),
        new(2, 1504041, Permanent, None, "Meta does not combine these breakdowns: change the report definition."),
        new(2, 1504042, Permanent, None, "Meta does not know these custom metrics: change the report definition."),
        new(2, 1504043, Transient, None, Later),
        new(2, 1504044, Transient, None, Later),
        new(3, null, Permanent, None, "The app lacks a capability: request it in the app's dashboard."),
        new(4, null, Throttled, App, Rest),
        new(4, 1504022, Throttled, InsightsPlatform, "Meta's insights platform limits this app; insights of all accounts rest."),
        new(4, 1504039, Throttled, InsightsPlatform, "Meta's insights platform is overloaded; insights of all accounts rest."),
        new(10, null, Permission, None, Grant),
        new(17, null, Throttled, User, Rest),
        new(17, 2446079, Throttled, AccountScore, Rest),
        new(17, 1885172, Permanent, None, "The account's spend cap was changed ten times today. " + NotOurs),
        new(32, null, Throttled, User, Rest),
        new(100, null, Permission, None, Grant, Says: "Missing permission"),
        new(100, null, TooMuchData, None, "The answer has more pages than Meta walks: ask for fewer days or for half of the objects.", Says: "After Cursor specified exceeds", Excess: Excess.Pages),
        new(100, null, Permanent, None, Fix),
        new(100, 33, Gone, None, "The object does not exist, or the token may not see it: check the account's id and its permissions."),
        new(100, 36007, Permanent, None, "The login code expired: start the login again."),
        new(100, 36009, Permanent, None, "The login code was already used: start the login again."),
        new(100, 1487534, TooMuchData, None, "Ask for fewer days, fields or breakdowns; a smaller page does not help.", Excess: Excess.Data),
        new(100, 1504018, TooMuchData, None, Async, Excess: Excess.Time),
        new(100, 3191001, Permission, None, Grant),
        new(102, null, Reauthorise, None, Reconnect),
        new(104, null, Permanent, None, "Check that the app secret belongs to the app that the token was made for."),
        new(190, null, Reauthorise, None, Reconnect),
        new(190, 458, Reauthorise, None, "The person removed the app. " + Reconnect),
        new(190, 459, Reauthorise, None, "The person has to log in to facebook.com and pass a check. " + Reconnect),
        new(190, 460, Reauthorise, None, "The password was changed. " + Reconnect),
        new(190, 463, Reauthorise, None, "The token expired. " + Reconnect),
        new(190, 464, Reauthorise, None, "The person has to confirm the Facebook account. " + Reconnect),
        new(190, 467, Reauthorise, None, "The token was revoked. " + Reconnect),
        new(190, 492, Reauthorise, None, "The person lost the role on the page. " + Reconnect),
        new(200, null, Permission, None, Grant),
        new(294, null, Permission, None, "Managing ads needs ads_management and an app that is on Meta's list."),
        new(341, null, Throttled, App, Rest),
        new(368, null, Throttled, User, "Meta blocked this person for policy reasons: look at the account's quality page; it takes hours.", Alert: true),
        new(506, null, Permanent, None, "A duplicate post. " + NotOurs),
        new(613, null, Throttled, App, "Meta cut the quota to stop abuse: look for another use of the app that calls too fast.", Alert: true),
        new(613, 1996, Throttled, App, "The number of calls rose abruptly: spread them.", Alert: true),
        new(613, 1487225, Throttled, AccountScore, "Creating ads is limited by spend. " + NotOurs),
        new(613, 1487632, Throttled, AccountScore, "Budgets may change four times an hour. " + NotOurs),
        new(613, 1487742, Throttled, AccountScore, Rest),
        new(613, 5044001, Throttled, AccountScore, "More than 100 writes a second. " + NotOurs),
        new(803, null, Gone, None, "The object does not exist: check the account's id."),
        new(960, null, Transient, None, "The item of a batch timed out; it is tried again."),
        new(2500, null, Permanent, None, "Meta could not parse the request: check MetaGrains:Graph:ApiVersion and the base address."),
        new(2601, null, Transient, None, "The report could not be accessed; ask for it again."),
        new(2635, null, Permanent, None, "This API version is dead: raise MetaGrains:Graph:ApiVersion.", Alert: true),
        new(2642, null, InvalidAnswer, None, "The place in the answer was lost; the slice is read again from its start."),
        new(2650, null, Transient, None, Later),
        new(3018, null, Permanent, None, "Insights reach back 37 months: ask for a later first day."),
        new(5000, null, Transient, None, Later),
        new(80000, null, Throttled, BusinessUseCase, Rest),
        new(80001, null, Throttled, BusinessUseCase, Rest),
        new(80002, null, Throttled, BusinessUseCase, Rest),
        new(80003, null, Throttled, BusinessUseCase, Rest),
        new(80004, null, Throttled, BusinessUseCase, Rest),
        new(80005, null, Throttled, BusinessUseCase, Rest),
        new(80006, null, Throttled, BusinessUseCase, Rest),
        new(80008, null, Throttled, BusinessUseCase, Rest),
        new(80009, null, Throttled, BusinessUseCase, Rest),
        new(80014, null, Throttled, BusinessUseCase, Rest),
    ];
}

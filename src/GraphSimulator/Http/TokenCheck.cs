using System.Globalization;

namespace MetaGrains.GraphSimulator.Http;

/// <summary>Says what Meta says to each of <see cref="SimulatorTokens"/>.</summary>
internal static class TokenCheck
{
    /// <exception cref="GraphException">The token is not valid.</exception>
    public static void Check(string? token, DateTimeOffset now)
    {
        switch (token)
        {
            case SimulatorTokens.Valid:
                return;
            case null or "":
                throw GraphErrors.NoToken();
            case SimulatorTokens.Expired:
                throw GraphErrors.BadToken(
                    463,
                    $"Error validating access token: Session has expired on {Moment(now.AddDays(-1))}. The current time is {Moment(now)}.");
            case SimulatorTokens.Revoked:
                throw GraphErrors.BadToken(458, "Error validating access token: The user has not authorized application 100200300400500.");
            case SimulatorTokens.Checkpointed:
                throw GraphErrors.BadToken(
                    459,
                    "Error validating access token: You cannot access the app till you log in to www.facebook.com and follow the instructions given.");
            default:
                throw GraphErrors.BadToken(null, "Invalid OAuth access token - Cannot parse access token");
        }
    }

    private static string Moment(DateTimeOffset time) => time.UtcDateTime.ToString("dddd, dd-MMM-yy HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}

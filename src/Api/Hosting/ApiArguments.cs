namespace MetaGrains.Api.Hosting;

/// <summary>The command line.</summary>
/// <param name="Urls">Where to listen, by semicolons; null when it is not said there.</param>
/// <param name="StopWithStdin">Whether it stops when its standard input closes.</param>
internal sealed record ApiArguments(string? Urls, bool StopWithStdin)
{
    private const string UrlsFlag = "--urls";
    private const string StopFlag = "--stop-with-stdin";

    /// <exception cref="ApiConfigurationException">Something on it is not known.</exception>
    public static ApiArguments Parse(IReadOnlyList<string> arguments)
    {
        var read = new ApiArguments(null, false);
        for (var at = 0; at < arguments.Count; at++)
        {
            read = arguments[at] switch
            {
                StopFlag => read with { StopWithStdin = true },
                UrlsFlag when at + 1 < arguments.Count => read with { Urls = arguments[++at] },
                UrlsFlag => throw new ApiConfigurationException($"{UrlsFlag} has no value: add it, as in {UrlsFlag} {ApiHost.DefaultUrl}."),
                var one when one.StartsWith(UrlsFlag + "=", StringComparison.Ordinal) => read with { Urls = one[(UrlsFlag.Length + 1)..] },
                var unknown => throw new ApiConfigurationException($"The argument '{unknown}' is not known: use {UrlsFlag} URL or {StopFlag}."),
            };
        }

        return read;
    }
}

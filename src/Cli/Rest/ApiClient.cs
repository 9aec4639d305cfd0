using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using MetaGrains.Cli.Output;

namespace MetaGrains.Cli.Rest;

/// <summary>
/// Talks to the REST API. What is refused comes as a <see cref="CliException"/> with one line; what is not available is
/// tried again for a while, with the wait that the API asks for.
/// </summary>
internal sealed class ApiClient(ApiAccess access, TimeProvider clock) : IDisposable
{
    private const int PageSize = 500;
    private const int MaxPages = 10_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(60);

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly HttpClient _http = new(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.GZip }) { BaseAddress = access.Url, Timeout = AnswerWithin, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", access.Key) } };

    /// <summary>Where it is.</summary>
    public Uri Url => access.Url;

    /// <summary>Reads one thing.</summary>
    public Task<T> GetAsync<T>(string path, CancellationToken cancellationToken) => SendAsync<T>(HttpMethod.Get, path, null, cancellationToken);

    /// <summary>Reads one thing, or null when there is none.</summary>
    public async Task<T?> FindAsync<T>(string path, CancellationToken cancellationToken) where T : class
    {
        using var answer = await AnswerAsync(HttpMethod.Get, path, null, null, cancellationToken);
        return answer.StatusCode == HttpStatusCode.NotFound ? null : await ReadAsync<T>(answer, cancellationToken);
    }

    /// <summary>Sends one thing and reads another.</summary>
    /// <param name="idempotencyKey">Makes a repetition harmless where the route takes one.</param>
    public async Task<T> SendAsync<T>(HttpMethod method, string path, object? body, CancellationToken cancellationToken, string? idempotencyKey = null)
    {
        using var answer = await AnswerAsync(method, path, body, idempotencyKey, cancellationToken);
        return await ReadAsync<T>(answer, cancellationToken);
    }

    /// <summary>Sends one thing whose answer is empty.</summary>
    public async Task SendAsync(HttpMethod method, string path, CancellationToken cancellationToken)
    {
        using var answer = await AnswerAsync(method, path, null, null, cancellationToken);
        await EnsureAsync(answer, cancellationToken);
    }

    /// <summary>Begins to read a long answer; its body comes as it is read.</summary>
    public async Task<HttpResponseMessage> OpenAsync(string path, CancellationToken cancellationToken)
    {
        var answer = await AnswerAsync(HttpMethod.Get, path, null, null, cancellationToken, HttpCompletionOption.ResponseHeadersRead);
        try
        {
            await EnsureAsync(answer, cancellationToken);
            return answer;
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    /// <summary>Reads a list over all of its pages, or up to a number of entries.</summary>
    public async Task<List<T>> ListAsync<T>(string path, CancellationToken cancellationToken, int? most = null)
    {
        var all = new List<T>();
        string? cursor = null;
        for (var page = 0; page < MaxPages; page++)
        {
            var size = Math.Min(PageSize, (most ?? int.MaxValue) - all.Count);
            var query = $"{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit={size}{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}";
            var answer = await GetAsync<ListAnswer<T>>(path + query, cancellationToken);
            all.AddRange(answer.Data);
            cursor = answer.NextCursor;
            if (cursor is null || all.Count >= most)
                return all;
        }

        throw new CliException(ExitCode.Failed, $"The API at {Url} gave more than {MaxPages} pages of {path}.");
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private sealed record ListAnswer<T>(IReadOnlyList<T> Data, string? NextCursor);

    private async Task<HttpResponseMessage> AnswerAsync(
        HttpMethod method, string path, object? body, string? idempotencyKey, CancellationToken cancellationToken,
        HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead)
    {
        var began = clock.GetTimestamp();
        for (var wait = FirstWait; ; wait *= 2)
        {
            HttpResponseMessage? answer = null;
            CliException? unreachable = null;
            try
            {
                answer = await SendOnceAsync(method, path, body, idempotencyKey, completion, cancellationToken);
                if (answer.StatusCode != HttpStatusCode.ServiceUnavailable)
                    return answer;
            }
            catch (Exception lost) when (lost is HttpRequestException or IOException || (lost is TaskCanceledException && !cancellationToken.IsCancellationRequested))
            {
                unreachable = Unreachable(lost);
                if (!MayRepeat(method, idempotencyKey, lost))
                    throw unreachable;
            }

            var pause = answer?.Headers.RetryAfter?.Delta ?? wait;
            if (clock.GetElapsedTime(began) + pause > Patience)
                return answer ?? throw unreachable!;
            answer?.Dispose();
            await Task.Delay(pause, clock, cancellationToken);
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(
        HttpMethod method, string path, object? body, string? idempotencyKey, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (body is not null)
            request.Content = JsonContent.Create(body, options: Json);
        if (idempotencyKey is not null)
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        return await _http.SendAsync(request, completion, cancellationToken);
    }

    // A request that was perhaps received is repeated only where that does nothing twice.
    private static bool MayRepeat(HttpMethod method, string? idempotencyKey, Exception lost) =>
        lost is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError }
        || (lost is not TaskCanceledException && (method != HttpMethod.Post || idempotencyKey is not null));

    private CliException Unreachable(Exception lost) => CliException.Unavailable(
        lost is TaskCanceledException
            ? $"The API at {Url} did not answer within {AnswerWithin.TotalSeconds:0} s."
            : $"The API at {Url} does not answer ({lost.Message.TrimEnd('.')}): is it up (./metagrains up), and the address right (--url)?",
        lost);

    private async Task<T> ReadAsync<T>(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        await EnsureAsync(answer, cancellationToken);
        try
        {
            return await answer.Content.ReadFromJsonAsync<T>(Json, cancellationToken) ?? throw new JsonException("null");
        }
        catch (JsonException unreadable)
        {
            throw new CliException(ExitCode.Failed, $"The API at {Url} gave an answer that this version cannot read ({unreadable.Message})", unreadable);
        }
    }

    private async Task EnsureAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (!answer.IsSuccessStatusCode)
            throw Problem.Of(Url, answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, await answer.Content.ReadAsStringAsync(cancellationToken));
    }
}

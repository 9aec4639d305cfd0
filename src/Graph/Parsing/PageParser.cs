using System.Buffers;
using System.Text.Json;
using MetaGrains.Core.Sync;
using MetaGrains.Graph.Errors;

namespace MetaGrains.Graph.Parsing;

/// <summary>A body that was read to its end: a page, or the error that stood in it.</summary>
internal readonly record struct PageAnswer(ParsedPage? Page, PagingLinks Paging, GraphError? Error);

/// <summary>
/// Parses the pages of one answer while they arrive. Either the whole document is valid and becomes a page, or
/// nothing of it does. One parser serves one answer, page after page, and keeps its caches.
/// </summary>
internal sealed class PageParser(InsightsQuery query, Scrubber scrubber, long maxBytes, int readSize = PageParser.DefaultReadSize)
{
    private const int DefaultReadSize = 64 * 1024;

    // A row that is larger than this is not parsed again for every few bytes that arrive.
    private const int EagerRetry = 16 * 1024;

    private readonly RowParser _rows = new(query, new FieldTable(query.Report));
    private int _expectedRows;

    /// <summary>Reads a body to its end.</summary>
    /// <exception cref="InvalidAnswerException">It is no valid page.</exception>
    /// <exception cref="AnswerTooLongException">It is too long.</exception>
    public async ValueTask<PageAnswer> ParseAsync(Stream body, int number, CancellationToken cancellationToken)
    {
        var page = new PageBuilder(_expectedRows);
        var buffer = ArrayPool<byte>.Shared.Rent(readSize);
        try
        {
            var document = new DocumentParser(_rows, page);
            var (filled, wanted, total, ended) = (0, 1, 0L, false);
            while (!ended)
            {
                if (filled == buffer.Length)
                    buffer = Grow(buffer, filled);
                var room = Math.Min(buffer.Length - filled, readSize);
                var read = await body.ReadAsync(buffer.AsMemory(filled, room), cancellationToken);
                ended = read == 0;
                filled += read;
                total += read;
                if (total > maxBytes)
                    throw new AnswerTooLongException(maxBytes);
                if (filled < wanted && !ended)
                    continue;

                var consumed = document.Parse(buffer.AsSpan(0, filled), ended);
                filled -= consumed;
                buffer.AsSpan(consumed, filled).CopyTo(buffer);
                wanted = filled < EagerRetry ? 1 : filled * 2;
            }

            return Finish(document, page, number, total);
        }
        catch (JsonException failure)
        {
            page.Abandon();
            throw new InvalidAnswerException("The answer is no complete JSON document.", failure);
        }
        catch
        {
            page.Abandon();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private PageAnswer Finish(DocumentParser document, PageBuilder page, int number, long total)
    {
        if (document.Error is { } error)
        {
            page.Abandon();
            return new PageAnswer(null, default, GraphErrorReader.ReadValue(error, scrubber) ?? new GraphError());
        }

        if (!document.HasData)
            throw new InvalidAnswerException("The answer has neither data nor an error.");
        _expectedRows = page.Count;
        return new PageAnswer(page.Build(number, total), document.Paging, null);
    }

    private static byte[] Grow(byte[] buffer, int filled)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(0, filled).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}

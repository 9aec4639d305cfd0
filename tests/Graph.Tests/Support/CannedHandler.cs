using System.Net;

namespace MetaGrains.Graph.Tests.Support;

/// <summary>Answers without a socket, as an in-process simulator would.</summary>
internal sealed class CannedHandler(Func<byte[]> body) : HttpMessageHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(body()) });
}

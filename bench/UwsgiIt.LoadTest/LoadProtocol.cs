namespace UwsgiIt.LoadTest;

internal enum LoadProtocol
{
    Http1 = 0,
    Http2,
    WebSocket,
}

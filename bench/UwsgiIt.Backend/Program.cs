using System.CommandLine;
using System.Net;
using UwsgiIt.Backend;

var http = new Option<string[]>("--http") { Description = "ip:port or socket path that speaks HTTP/1.1 and WebSocket", AllowMultipleArgumentsPerToken = true };
var uwsgi = new Option<string[]>("--uwsgi") { Description = "ip:port or socket path that speaks uwsgi", AllowMultipleArgumentsPerToken = true };
var fastcgi = new Option<string[]>("--fastcgi") { Description = "ip:port or socket path that speaks FastCGI", AllowMultipleArgumentsPerToken = true };
var root = new RootCommand("An upstream that costs little: GET /N answers N bytes, any other path 13; bodies are read and dropped; WebSocket frames come back.") { http, uwsgi, fastcgi };
root.SetAction(result =>
{
    using var server = new Server();
    Listen(result.GetValue(http), static () => new HttpConversation());
    Listen(result.GetValue(uwsgi), static () => new UwsgiConversation());
    Listen(result.GetValue(fastcgi), static () => new FastCgiConversation());
    Console.WriteLine("ready");
    server.Run();

    void Listen(string[]? addresses, Func<Conversation> talk)
    {
        foreach (var address in addresses ?? [])
        {
            server.Listen(address.StartsWith('/') ? new System.Net.Sockets.UnixDomainSocketEndPoint(address) : IPEndPoint.Parse(address), talk);
        }
    }
});
return await root.Parse(args).InvokeAsync();

namespace UwsgiIt.Router.Transport;

/// <summary>Of a client's connection: the loop that serves it.</summary>
internal interface IEventLoopFeature
{
    EventLoop Loop { get; }
}

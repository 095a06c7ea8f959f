import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.util.List;

/** Serves MongoDB's protocol from memory on port 27017, as wire version 13: current drivers ask for 9 or newer. */
public class Main {
  public static void main(String[] arguments) {
    MongoVersion version = new MongoVersion() {
      @Override public List<Integer> getVersionArray() { return List.of(5, 0, 0); }
      @Override public int getWireVersion() { return 13; }
      @Override public String toVersionString() { return "5.0.0"; }
    };
    MongoServer server = new MongoServer(new MemoryBackend().version(version));
    Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow));
    server.bind("0.0.0.0", 27017);
  }
}

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.activemq.broker.BrokerFactory;
import org.apache.activemq.broker.BrokerService;
import org.apache.activemq.network.NetworkConnector;

/**
 * Many brokers in one JVM, driven over stdin and stdout: one JSON object a line each way.
 *
 * <p>A request is {@code {"command": ..., ...}}; the answer is {@code {"result": ...}} or
 * {@code {"error": "exception chain in one line"}}. The end of stdin ends the JVM, so that it
 * never outlives the test process.
 */
public final class Host {
    private final Map<String, BrokerService> brokers = new HashMap<>();
    private final Map<String, List<NetworkConnector>> held = new HashMap<>();
    private final Map<Integer, Client.Subscription> subscriptions = new HashMap<>();
    private int lastSubscription;

    public static void main(String[] args) throws Exception {
        PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err); // stdout is the protocol's alone
        ObjectMapper mapper = new ObjectMapper();
        Host host = new Host();
        BufferedReader requests =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            answers.println(mapper.writeValueAsString(host.answer(mapper.readTree(line))));
        }
        Runtime.getRuntime().halt(0); // brokers are disposable: no orderly shutdown
    }

    private Map<String, Object> answer(JsonNode request) {
        Map<String, Object> answer = new LinkedHashMap<>();
        try {
            answer.put("result", run(request));
        } catch (Throwable failure) {
            failure.printStackTrace();
            answer.put("error", chain(failure));
        }
        return answer;
    }

    private Object run(JsonNode request) throws Throwable {
        String name = request.path("name").asText();
        switch (request.get("command").asText()) {
            case "start":
                inOwnThread("start " + name, () -> start(name, request.get("uri").asText()));
                return null;
            case "connect":
                inOwnThread("connect " + name, () -> connect(name));
                return null;
            case "stop":
                held.remove(name);
                running(name).stop();
                brokers.remove(name);
                return null;
            case "stats":
                return Statistics.of(running(name));
            default:
                return message(request);
        }
    }

    private Object message(JsonNode request) throws Exception {
        int id = request.path("id").asInt();
        String url = request.path("url").asText();
        String user = request.path("user").textValue();
        String password = request.path("password").textValue();
        String destination = request.path("destination").asText();
        switch (request.get("command").asText()) {
            case "send":
                List<String> bodies = new ArrayList<>();
                request.get("bodies").forEach(body -> bodies.add(body.asText()));
                Client.send(url, user, password, destination, bodies);
                return bodies.size();
            case "subscribe":
                subscriptions.put(
                        ++lastSubscription, Client.subscribe(url, user, password, destination));
                return lastSubscription;
            case "take":
                return subscriptions.get(id).take();
            case "unsubscribe":
                Client.Subscription subscription = subscriptions.remove(id);
                subscription.closer().close();
                return subscription.take();
            default:
                throw new IllegalArgumentException("unknown command: " + request);
        }
    }

    /**
     * Starts a broker but holds its network connectors back until {@code connect}: a bridge that
     * finds its target not yet listening waits for seconds before it tries again.
     */
    private void start(String name, String uri) throws Exception {
        BrokerFactory.setStartDefault(false); // holds for this thread only
        BrokerService broker = BrokerFactory.createBroker(new URI(uri), false);
        try {
            if (!broker.isStarted()) {
                held.put(name, broker.getNetworkConnectors());
                held.get(name).forEach(broker::removeNetworkConnector);
                broker.start();
            }
            if (!broker.waitUntilStarted()) {
                throw new IllegalStateException("did not start", broker.getStartException());
            }
        } catch (Exception failure) {
            broker.stop();
            throw failure;
        }
        brokers.put(name, broker);
    }

    private void connect(String name) throws Exception {
        BrokerService broker = running(name);
        for (NetworkConnector connector : held.getOrDefault(name, List.of())) {
            broker.addNetworkConnector(connector);
            broker.startNetworkConnector(connector, null);
        }
        held.remove(name);
    }

    private BrokerService running(String name) {
        if (!brokers.containsKey(name)) {
            throw new IllegalArgumentException("no running broker: " + name);
        }
        return brokers.get(name);
    }

    /** The broker leaves its TLS context in the thread that started it: use a fresh one. */
    private static void inOwnThread(String what, Action action) throws Throwable {
        Throwable[] failure = new Throwable[1];
        Thread thread = new Thread(() -> {
            try {
                action.run();
            } catch (Throwable thrown) {
                failure[0] = thrown;
            }
        }, what);
        thread.start();
        thread.join();
        if (failure[0] != null) {
            throw failure[0];
        }
    }

    private static String chain(Throwable failure) {
        StringBuilder text = new StringBuilder();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            text.append(text.length() == 0 ? "" : " <- ").append(cause);
        }
        return text.toString().replaceAll("\\s+", " ");
    }

    private interface Action {
        void run() throws Exception;
    }
}

import Header from '@cloudscape-design/components/header';

export const App = () => <Header variant="h1">Face Re-Validation</Header>;
